import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { readReport, type Result } from './report.ts';

/** What each part said and reported when it ran last. Git ignores it. */
const folder = '.cache/test';

export interface RunOptions {
  /** Further arguments for vitest, such as names of files. */
  readonly args: readonly string[];
  /** Whether its output is shown as it comes, or when it has ended, so that parts beside each other can be read. */
  readonly live: boolean;
}

/** A part that has ended. */
export interface EndedPart {
  readonly result: Result;
  /** What it said; empty when that was shown as it came. */
  readonly output: string;
}

/** Runs one vitest project to its end. Throws when it leaves no report. */
export async function runPart(project: string, { args, live }: RunOptions): Promise<EndedPart> {
  const reportFile = join(folder, `${project}.json`);
  const outputFile = join(folder, `${project}.log`);
  await mkdir(folder, { recursive: true });
  await Promise.all([reportFile, outputFile].map((file) => rm(file, { force: true })));
  const output = live ? 'inherit' : { file: outputFile, append: true };
  const { exitCode } = await execa(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      project,
      // The files that were asked for may all be in other projects.
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...args,
    ],
    {
      reject: false,
      stdin: 'ignore',
      stdout: output,
      stderr: output,
      env: process.stdout.isTTY && !live ? { FORCE_COLOR: '1' } : {},
    },
  );
  const result = await readReport(reportFile);
  const isUnexplained = result.failures.length === 0 && exitCode !== 0;
  const failures = isUnexplained
    ? [`${project} ended with ${exitCode}: an error outside of every test, see above.`]
    : result.failures;
  return {
    result: { ...result, failures },
    output: live ? '' : await readFile(outputFile, 'utf8'),
  };
}

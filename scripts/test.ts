/**
 * `npm test [-- SUITE… [-- VITEST ARGUMENTS]]`: provides what the suites need, runs them one after another, names again
 * what failed, and ends with one plain line, `N passed, N failed`. Exits 1 when a test failed or a suite could not run.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '@flotilla/shared/errors';
import { execa } from 'execa';
import { ensureBrowserTools } from './system/ensureBrowserTools.ts';
import { ensureChromium } from './system/ensureChromium.ts';
import { ensureDemoImage } from './system/ensureDemoImage.ts';
import { ensureDocker } from './system/ensureDocker.ts';
import { ensureFaketime } from './system/ensureFaketime.ts';
import { sayOnTerminal as say } from './system/say.ts';

type Need = 'docker' | 'browser' | 'faketime';

/** The suites in their order, and what each needs beside Node and git. */
const needs = {
  unit: [],
  integration: [],
  sandbox: ['docker'],
  attacks: ['docker'],
  faults: ['docker', 'faketime'],
  e2e: ['docker', 'browser'],
} as const satisfies Record<string, readonly Need[]>;

type Suite = keyof typeof needs;

interface Result {
  readonly passed: number;
  /** One text for each failure: where, and what was wrong. */
  readonly failures: readonly string[];
}

/** The part of vitest's JSON report that is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly FileReport[];
}

interface FileReport {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly {
    readonly status: string;
    readonly fullName: string;
    readonly failureMessages: readonly string[];
  }[];
}

const { positionals } = parseArgs({ allowPositionals: true, strict: false });
const suites = positionals.filter((word): word is Suite => word in needs);
const vitestArgs = process.argv.slice(2).filter((word) => word !== '--' && !(word in needs));
process.exitCode = await testSuites(
  suites.length === 0 ? (Object.keys(needs) as Suite[]) : suites,
  vitestArgs,
);

async function testSuites(chosen: readonly Suite[], args: readonly string[]): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const provided = new Set<string>();
  const failures: string[] = [];
  let passed = 0;
  for (const suite of chosen) {
    try {
      for (const need of needs[suite]) {
        if (provided.has(need)) continue;
        await provide(need, resources);
        provided.add(need);
      }
      const result = await runSuite(suite, args);
      passed += result.passed;
      failures.push(...result.failures);
    } catch (error) {
      failures.push(`The suite ${suite} could not run: ${messageOf(error)}`);
    }
  }
  await resources.disposeAsync();
  if (failures.length > 0) console.error(`\nFailed:\n\n${failures.join('\n\n')}\n`);
  console.log(`${passed} passed, ${failures.length} failed`);
  return failures.length === 0 && passed > 0 ? 0 : 1;
}

async function provide(need: Need, resources: AsyncDisposableStack): Promise<void> {
  if (need === 'docker') {
    resources.use(await ensureDocker(say));
    await ensureDemoImage(say);
  } else if (need === 'faketime') {
    await ensureFaketime(say);
  } else {
    await ensureChromium(say);
    await ensureBrowserTools(say);
  }
}

/** Runs one vitest project. */
async function runSuite(suite: Suite, args: readonly string[]): Promise<Result> {
  const reportFile = `.cache/test/${suite}.json`;
  await mkdir('.cache/test', { recursive: true });
  await rm(reportFile, { force: true });
  console.log(`\n${suite}`);
  const run = await execa(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      // Some suites have a part that runs alone, after the rest.
      `${suite}*`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...args,
    ],
    { stdio: 'inherit', reject: false },
  );
  const report = JSON.parse(await readFile(reportFile, 'utf8')) as Report;
  const failures = report.testResults.flatMap(failuresOf);
  if (failures.length === 0 && run.exitCode !== 0) {
    failures.push(
      `The suite ${suite} ended with ${run.exitCode}: an error outside of every test, see above.`,
    );
  }
  return { passed: report.numPassedTests, failures };
}

/** What failed in a test file. One that fails with no test of its own, as it could not be loaded, is one failure. */
function failuresOf(file: FileReport): string[] {
  const path = relative(process.cwd(), file.name);
  const failed = file.assertionResults.filter((test) => test.status === 'failed');
  if (failed.length === 0) return file.status === 'failed' ? [`${path}\n${file.message}`] : [];
  return failed.map((test) => `${path}: ${test.fullName}\n${ownFrames(test.failureMessages.join('\n'))}`);
}

/** A stack without the frames of libraries. */
function ownFrames(stack: string): string {
  return stack.replaceAll(/\n +at .*(?:node_modules\/|node:|new Promise).*/g, '');
}

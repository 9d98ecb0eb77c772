import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { z } from 'zod';

/** A test that has run, and how long it took. */
export interface TimedTest {
  /** Its file and its sentence. */
  readonly name: string;
  readonly ms: number;
}

/** What came of one or more parts of the suites. */
export interface Result {
  readonly passed: number;
  /** Names of the tests that did not run, as this machine has not what they need. */
  readonly skipped: readonly string[];
  /** One text for each failure: where, and what was wrong. */
  readonly failures: readonly string[];
  readonly tests: readonly TimedTest[];
}

/** Of what did not run. */
export const noResult: Result = { passed: 0, skipped: [], failures: [], tests: [] };

/** The part of vitest's JSON report that is read here. */
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string(),
          duration: z.number().nullish(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

type FileReport = z.infer<typeof reportSchema>['testResults'][number];

/** Reads what vitest's reporter `json` has written. Throws when the file is not there, or is something else. */
export async function readReport(file: string): Promise<Result> {
  return resultOf(reportSchema.parse(JSON.parse(await readFile(file, 'utf8'))));
}

/** What a report says. */
export function resultOf({ testResults }: z.infer<typeof reportSchema>): Result {
  const tests = testResults.flatMap((file) =>
    file.assertionResults.map(({ status, fullName, duration }) => ({
      status,
      name: `${pathOf(file)}: ${fullName}`,
      ms: duration ?? 0,
    })),
  );
  const ran = tests.filter(({ status }) => status === 'passed' || status === 'failed');
  return {
    passed: ran.filter(({ status }) => status === 'passed').length,
    skipped: tests.filter((test) => !ran.includes(test)).map(({ name }) => name),
    failures: testResults.flatMap(failuresOf),
    tests: ran,
  };
}

/** Several results as one. */
export function sumOf(results: readonly Result[]): Result {
  return {
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    skipped: results.flatMap(({ skipped }) => skipped),
    failures: results.flatMap(({ failures }) => failures),
    tests: results.flatMap(({ tests }) => tests),
  };
}

/** What failed in a test file. One that fails with no test of its own, as it could not be loaded, is one failure. */
function failuresOf(file: FileReport): string[] {
  const failed = file.assertionResults.filter((test) => test.status === 'failed');
  if (failed.length === 0) return file.status === 'failed' ? [`${pathOf(file)}\n${file.message}`] : [];
  return failed.map(
    (test) => `${pathOf(file)}: ${test.fullName}\n${ownFrames((test.failureMessages ?? []).join('\n'))}`,
  );
}

function pathOf(file: FileReport): string {
  return relative(process.cwd(), file.name);
}

/** A stack without the frames of libraries. */
function ownFrames(stack: string): string {
  return stack.replaceAll(/\n +at .*(?:node_modules\/|node:|new Promise).*/g, '');
}

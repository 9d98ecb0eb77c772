import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resultOf, sumOf } from './report.ts';

const ran = (fullName: string, status: string, ...failureMessages: readonly string[]) => ({
  fullName,
  status,
  duration: 5,
  failureMessages: [...failureMessages],
});
const file = (name: string, status: string, ...assertionResults: readonly ReturnType<typeof ran>[]) => ({
  name: join(process.cwd(), name),
  status,
  message: status === 'failed' ? 'it could not be loaded' : '',
  assertionResults: [...assertionResults],
});

test('a report is counted by its tests: passed, failed with their place, and skipped with their names', () => {
  const frame = '\n    at run (/a/node_modules/b/c.js:1:1)\n    at /a/one.test.ts:2:3';
  const result = resultOf({
    testResults: [
      file('one.test.ts', 'failed', ran('holds', 'passed'), ran('breaks', 'failed', `Error: no${frame}`)),
      file('two.test.ts', 'passed', ran('needs root', 'skipped'), ran('to be written', 'todo')),
    ],
  });
  expect(result).toMatchObject({
    passed: 1,
    skipped: ['two.test.ts: needs root', 'two.test.ts: to be written'],
    failures: ['one.test.ts: breaks\nError: no\n    at /a/one.test.ts:2:3'],
    tests: [
      { name: 'one.test.ts: holds', ms: 5 },
      { name: 'one.test.ts: breaks', ms: 5 },
    ],
  });
});

test('a file that fails without a test of its own that failed is one failure', () => {
  const report = { testResults: [file('one.test.ts', 'failed', ran('never begun', 'skipped'))] };
  expect(resultOf(report).failures).toEqual(['one.test.ts\nit could not be loaded']);
});

test('the sum of results is all that they say', () => {
  const one = resultOf({ testResults: [file('one.test.ts', 'passed', ran('a', 'passed'))] });
  const other = resultOf({ testResults: [file('two.test.ts', 'passed', ran('b', 'passed'))] });
  const sum = sumOf([one, other]);
  expect(sum.passed).toBe(2);
  expect(sum.tests.map(({ name }) => name)).toEqual(['one.test.ts: a', 'two.test.ts: b']);
});

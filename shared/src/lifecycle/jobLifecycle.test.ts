import { describe, expect, test } from 'vitest';
import { isJobEnded, jobEvents, jobStates, jobTransitions, nextJobState } from './jobLifecycle.ts';

/** The table of docs/spec/jobLifecycle.md, written down once more: every cell that is not here is refused. */
const permitted = [
  ['queued', 'claim', 'running'],
  ['queued', 'cancel', 'cancelled'],
  ['running', 'succeed', 'succeeded'],
  ['running', 'fail', 'failed'],
  ['running', 'timeOut', 'timedOut'],
  ['running', 'error', 'errored'],
  ['running', 'retry', 'queued'],
  ['running', 'cancel', 'cancelled'],
  ['running', 'lose', 'queued'],
  ['running', 'abandon', 'errored'],
  ['running', 'release', 'queued'],
  ['succeeded', 'rerun', 'queued'],
  ['failed', 'rerun', 'queued'],
  ['timedOut', 'rerun', 'queued'],
  ['cancelled', 'rerun', 'queued'],
  ['errored', 'rerun', 'queued'],
] as const;

const cells = jobStates.flatMap((state) => jobEvents.map((event) => [state, event] as const));

test('the table has every cell and no other', () => {
  expect(Object.keys(jobTransitions).sort()).toEqual([...jobStates].sort());
  for (const row of Object.values(jobTransitions))
    expect(Object.keys(row).sort()).toEqual([...jobEvents].sort());
  expect(cells).toHaveLength(77);
});

describe('a Job that is', () => {
  test.each(cells)('%s and meets "%s"', (state, event) => {
    const next = permitted.find(([from, by]) => from === state && by === event)?.[2] ?? null;
    expect(nextJobState(state, event)).toBe(next);
  });
});

test('a Job has ended unless it is queued or running', () => {
  expect(jobStates.filter((state) => !isJobEnded(state))).toEqual(['queued', 'running']);
});

import { assert, nat, property, record, boolean } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  executionState,
  isExecutionEnded,
  jobCount,
  noJobs,
  type ExecutionMarks,
  type JobCounts,
} from './executionState.ts';

const live = { cancelRequested: false, hasEnded: false };
const ended = { cancelRequested: false, hasEnded: true };

describe('an Execution is', () => {
  test.each<[string, string, Partial<JobCounts>, ExecutionMarks]>([
    ['queued', 'no Job has been claimed', { queued: 3 }, live],
    ['running', 'a Job runs', { queued: 2, running: 1 }, live],
    ['running', 'some have ended and others wait', { queued: 1, succeeded: 2 }, live],
    ['running', 'one has failed and another runs', { running: 1, failed: 1 }, live],
    ['running', 'all have ended and nobody has marked that yet', { succeeded: 3 }, live],
    [
      'cancelling',
      'it was cancelled and a Job still runs',
      { running: 1, cancelled: 4 },
      { ...live, cancelRequested: true },
    ],
    [
      'cancelled',
      'it was cancelled and all have ended',
      { succeeded: 1, cancelled: 4 },
      { ...ended, cancelRequested: true },
    ],
    ['cancelled', 'any Job was cancelled and none failed', { succeeded: 1, cancelled: 1 }, ended],
    [
      'failed',
      'any Job failed, also when others were cancelled',
      { succeeded: 5, failed: 1, cancelled: 2 },
      ended,
    ],
    ['failed', 'a Job timed out', { succeeded: 1, timedOut: 1 }, ended],
    ['failed', 'a Job errored', { succeeded: 1, errored: 1 }, ended],
    ['succeeded', 'all Jobs succeeded', { succeeded: 2 }, ended],
    [
      'succeeded',
      'all Jobs had succeeded when it was cancelled',
      { succeeded: 2 },
      { ...ended, cancelRequested: true },
    ],
    ['succeeded', 'a trigger found nothing to do', {}, ended],
  ])('%s when %s', (state, _case, counts, marks) => {
    expect(executionState({ ...noJobs, ...counts }, marks)).toBe(state);
  });

  test('ended exactly when that has been marked', () => {
    const counts = record({
      queued: nat(2),
      running: nat(2),
      succeeded: nat(2),
      failed: nat(2),
      timedOut: nat(2),
      cancelled: nat(2),
      errored: nat(2),
    });
    assert(
      property(counts, boolean(), boolean(), (jobs, cancelRequested, hasEnded) => {
        expect(isExecutionEnded(executionState(jobs, { cancelRequested, hasEnded }))).toBe(hasEnded);
      }),
    );
  });
});

test('the Jobs of an Execution are counted over all states', () => {
  expect(jobCount({ ...noJobs, queued: 1, errored: 2, cancelled: 4 })).toBe(7);
});

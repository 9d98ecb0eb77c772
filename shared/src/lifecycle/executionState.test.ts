import { assert, nat, property, record, boolean } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { executionState, isExecutionEnded, jobCount, noJobs, type JobCounts } from './executionState.ts';

describe('an Execution is', () => {
  test.each<[string, string, Partial<JobCounts>, boolean]>([
    ['queued', 'no Job has been claimed', { queued: 3 }, false],
    ['running', 'a Job runs', { queued: 2, running: 1 }, false],
    ['running', 'some have ended and others wait', { queued: 1, succeeded: 2 }, false],
    ['running', 'one has failed and another runs', { running: 1, failed: 1 }, false],
    ['cancelling', 'it was cancelled and a Job still runs', { running: 1, cancelled: 4 }, true],
    ['cancelled', 'it was cancelled and all have ended', { succeeded: 1, cancelled: 4 }, true],
    ['cancelled', 'any Job was cancelled and none failed', { succeeded: 1, cancelled: 1 }, false],
    [
      'failed',
      'any Job failed, also when others were cancelled',
      { succeeded: 5, failed: 1, cancelled: 2 },
      true,
    ],
    ['failed', 'a Job timed out', { succeeded: 1, timedOut: 1 }, false],
    ['failed', 'a Job errored', { succeeded: 1, errored: 1 }, false],
    ['succeeded', 'all Jobs succeeded', { succeeded: 2 }, false],
    ['succeeded', 'all Jobs had succeeded when it was cancelled', { succeeded: 2 }, true],
    ['succeeded', 'a trigger found nothing to do', {}, false],
  ])('%s when %s', (state, _case, counts, cancelRequested) => {
    expect(executionState({ ...noJobs, ...counts }, cancelRequested)).toBe(state);
  });

  test('ended exactly when all its Jobs are', () => {
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
      property(counts, boolean(), (jobs, cancelRequested) => {
        const ended = isExecutionEnded(executionState(jobs, cancelRequested));
        expect(ended).toBe(jobs.queued + jobs.running === 0);
      }),
    );
  });
});

test('the Jobs of an Execution are counted over all states', () => {
  expect(jobCount({ ...noJobs, queued: 1, errored: 2, cancelled: 4 })).toBe(7);
});

import type { Changes } from '@flotilla/shared/views';
import { describe, expect, test } from 'vitest';
import { aJob, anAttempt, anExecution, aRunner } from './builders.ts';
import {
  applyAttempts,
  applyChanges,
  applyExecutions,
  applyJobs,
  applyOutdated,
  emptyState,
  maxExecutions,
  nothingTouched,
} from './modelState.ts';

const none: Changes = {
  listAnew: false,
  executions: [],
  jobs: [],
  attempts: [],
  removed: [],
  runnersOnline: 1,
  runners: null,
  queue: null,
};
const nothing = new Set<number>();
const nothingSince = { executions: nothing, removed: nothing };

describe('the feed', () => {
  test('brings a new Execution, and only then the list is another', () => {
    const first = applyChanges(emptyState, { ...none, executions: [anExecution({ id: 7 })] });
    expect(first.touched).toMatchObject({ list: true, executions: new Set([7]) });
    const second = applyChanges(first.state, {
      ...none,
      executions: [anExecution({ id: 7, state: 'succeeded' })],
    });
    expect(second.touched.list).toBe(false);
    expect(second.state.executions.get(7)?.state).toBe('succeeded');
  });

  test('brings the Runners and the queue when they have changed, and says nothing of them otherwise', () => {
    const queue = { ready: 2, held: 0, running: 1, capacity: 4 };
    const first = applyChanges(emptyState, { ...none, runners: [aRunner()], queue });
    expect(first.touched).toMatchObject({ runners: true, queue: true });
    const second = applyChanges(first.state, none);
    expect(second.touched).toMatchObject({ runners: false, queue: false });
    expect(second.state).toMatchObject({ runners: [aRunner()], queue });
  });

  test('names the Runners whose Attempts changed, also of Jobs that are not held', () => {
    const attempts = [anAttempt({ jobId: 99, runner: 'there' })];
    expect(applyChanges(emptyState, { ...none, attempts }).touched.busyRunners).toEqual(new Set(['there']));
  });

  test('brings Jobs and Attempts of the Executions whose Jobs are held, and leaves the others', () => {
    const held = applyJobs(emptyState, 1, [aJob({ id: 10, executionId: 1 })], nothing).state;
    const { state, touched } = applyChanges(held, {
      ...none,
      jobs: [aJob({ id: 10, executionId: 1, state: 'failed' }), aJob({ id: 20, executionId: 2 })],
      attempts: [anAttempt({ id: 100, jobId: 10 }), anAttempt({ id: 200, jobId: 20 })],
    });
    expect(state.jobs.get(1)?.get(10)?.state).toBe('failed');
    expect(state.jobs.has(2)).toBe(false);
    expect([...state.attempts.keys()]).toEqual([10]);
    expect(touched.jobs).toEqual(new Set([10]));
    expect(touched.jobLists).toEqual(nothing);
  });

  test('brings an Attempt whose Job did not change: it went on to its next Step', () => {
    const held = applyJobs(emptyState, 1, [aJob({ id: 10 })], nothing).state;
    const { state, touched } = applyChanges(held, { ...none, attempts: [anAttempt({ id: 100, jobId: 10 })] });
    expect(state.attempts.get(10)?.has(100)).toBe(true);
    expect(touched.attempts).toEqual(new Set([10]));
  });

  test('takes removed Executions away, with their Jobs and Attempts', () => {
    const listed = applyExecutions(
      emptyState,
      [anExecution({ id: 1 }), anExecution({ id: 2 })],
      nothingSince,
    );
    const jobs = applyJobs(listed.state, 1, [aJob({ id: 10, executionId: 1 })], nothing).state;
    const held = applyAttempts(jobs, 10, [anAttempt({ id: 100, jobId: 10 })], nothing).state;
    const { state, touched } = applyChanges(held, {
      ...none,
      executions: [anExecution({ id: 1 })],
      jobs: [aJob({ id: 10, executionId: 1 })],
      removed: [1, 9],
    });
    expect([...state.executions.keys()]).toEqual([2]);
    expect([state.jobs.size, state.attempts.size]).toEqual([0, 0]);
    expect(touched).toMatchObject({ list: true, executions: nothing });
    expect(applyChanges(state, { ...none, removed: [1] }).touched.list).toBe(false);
  });

  test('that names more Executions than are held leaves the newest', () => {
    const executions = Array.from({ length: maxExecutions + 5 }, (_, at) => anExecution({ id: at }));
    const { state } = applyChanges(emptyState, { ...none, executions });
    expect(state.executions.size).toBe(maxExecutions);
    expect([...state.executions.keys()][0]).toBe(5);
  });

  test('leaves the state before it as it was', () => {
    const before = applyJobs(emptyState, 1, [aJob({ id: 10 })], nothing).state;
    applyChanges(before, { ...none, jobs: [aJob({ id: 10, state: 'failed' })] });
    expect(before.jobs.get(1)?.get(10)?.state).toBe('running');
  });

  test('says how many Runners are online', () => {
    expect(applyChanges(emptyState, { ...none, runnersOnline: 3 }).state.runnersOnline).toBe(3);
  });
});

describe('a list', () => {
  test('replaces what is held, and lets go of the Jobs of Executions that are gone', () => {
    const held = applyJobs(
      applyExecutions(emptyState, [anExecution({ id: 1 })], nothingSince).state,
      1,
      [aJob()],
      nothing,
    ).state;
    const { state } = applyExecutions(held, [anExecution({ id: 2 })], nothingSince);
    expect([...state.executions.keys()]).toEqual([2]);
    expect([...state.jobs.keys()]).toEqual([]);
  });

  test('brings nothing back that was removed while it was asked for', () => {
    const removed = new Set([1]);
    const list = [anExecution({ id: 1 }), anExecution({ id: 2 })];
    const { state } = applyExecutions(emptyState, list, { executions: nothing, removed });
    expect([...state.executions.keys()]).toEqual([2]);
  });

  test('does not undo what the feed said while it was asked for', () => {
    const fed = applyChanges(emptyState, {
      ...none,
      executions: [anExecution({ id: 1, state: 'succeeded' })],
    }).state;
    const { state } = applyExecutions(fed, [anExecution({ id: 1, state: 'running' })], {
      executions: new Set([1]),
      removed: nothing,
    });
    expect(state.executions.get(1)?.state).toBe('succeeded');

    const jobs = applyJobs(state, 1, [aJob({ id: 5 })], nothing).state;
    const done = applyChanges(jobs, { ...none, jobs: [aJob({ id: 5, state: 'succeeded' })] }).state;
    const again = applyJobs(done, 1, [aJob({ id: 5 }), aJob({ id: 6 })], new Set([5])).state;
    expect([...(again.jobs.get(1)?.values() ?? [])].map((job) => job.state)).toEqual([
      'succeeded',
      'running',
    ]);
  });

  test('that says what is held touches nothing, so that nothing is drawn again', () => {
    const list = [anExecution({ id: 1 })];
    const jobs = [aJob({ id: 5 })];
    const held = applyJobs(applyExecutions(emptyState, list, nothingSince).state, 1, jobs, nothing).state;
    expect(applyExecutions(held, [anExecution({ id: 1 })], nothingSince).touched).toEqual(nothingTouched);
    expect(applyJobs(held, 1, [aJob({ id: 5 })], nothing).touched).toEqual(nothingTouched);
  });

  test('that says something else touches the rows that changed', () => {
    const held = applyJobs(
      applyExecutions(emptyState, [anExecution({ id: 1 })], nothingSince).state,
      1,
      [aJob({ id: 5 }), aJob({ id: 6 })],
      nothing,
    ).state;
    expect(applyExecutions(held, [anExecution({ id: 1, changed: 2 })], nothingSince).touched).toMatchObject({
      executions: new Set([1]),
      list: false,
    });
    const { touched } = applyJobs(held, 1, [aJob({ id: 5 }), aJob({ id: 7 })], nothing);
    expect(touched.jobLists).toEqual(new Set([1]));
  });

  test('of Attempts touches its Job when it says something new', () => {
    const list = [anAttempt({ id: 3, jobId: 10 })];
    const { state, touched } = applyAttempts(emptyState, 10, list, nothing);
    expect(state.attempts.get(10)?.get(3)?.number).toBe(1);
    expect(touched.attempts).toEqual(new Set([10]));
    expect(applyAttempts(state, 10, list, nothing).touched.attempts).toEqual(nothing);
  });
});

test('what is outdated is held until it is listed anew; only Attempts are let go', () => {
  const jobs = applyJobs(emptyState, 1, [aJob({ id: 10 })], nothing).state;
  const held = applyAttempts(jobs, 10, [anAttempt({ jobId: 10 })], nothing).state;
  const { state, touched } = applyOutdated(held);
  expect(state.jobs).toBe(held.jobs);
  expect(state.attempts.size).toBe(0);
  expect(touched).toEqual({ ...nothingTouched, jobs: new Set([10]), attempts: new Set([10]) });
});

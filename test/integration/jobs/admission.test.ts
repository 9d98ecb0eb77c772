import { expect, test } from 'vitest';
import { connect } from '../../../service/src/db/database.ts';
import { admitJobs, defineAdmitJobs } from '../../../service/src/jobs/queries/admitJobs.ts';
import { startExecution } from '../../support/actionText.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { makeRepositories } from '../../support/repositories.ts';
import type { TestRunner } from '../../support/testRunner.ts';
import { testDatabase } from '../../support/testDatabase.ts';
import { testService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';
import { untilEnded } from '../../support/untilEnded.ts';
import { listJobs, watchRows } from '../../../scripts/launch/liveRows.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const six = (folder: string) => makeRepositories(folder, names);
const failed = {
  kind: 'failed',
  step: 0,
  exitCode: 1,
  outOfMemory: false,
  outOfDisk: false,
  lastLine: '',
} as const;
const errored = { kind: 'errored', reason: 'sandbox', message: 'Docker went away.', step: null } as const;

/** Claims until so many are there: what ends elsewhere makes room in a moment. */
const claimAll = async (runner: TestRunner, count: number) => {
  const claimed = await runner.claim(count);
  await waitFor(`${count} Jobs to be claimable`, async () => {
    if (claimed.length < count) claimed.push(...(await runner.claim(count - claimed.length)));
    return claimed.length === count;
  });
  return claimed;
};

test('no more Jobs of an Execution run at the same time than maxParallel says', async () => {
  await using flotilla = await testService({ repositories: six });
  const { api } = flotilla;
  const { id: executionId, held } = await startExecution(api, { maxParallel: 2 });
  expect(held).toBe(4);
  const other = await startExecution(api, { name: 'other', scopeQuery: 'repo:^a$' });
  const runner = await flotilla.connectRunner();
  const claimed = await runner.claim(9);
  expect(claimed.map((job) => job.executionId)).toEqual([executionId, executionId, other.id]);
  const [first, second] = claimed;
  if (first === undefined || second === undefined) throw new Error('two Jobs were claimable');
  const notHeld = new Set<number>();
  let following = false;
  const subscription = watchRows(api, {
    onChanges: (data) => {
      // Its first message says that it follows from here.
      if (!following) void runner.succeed(first);
      following = true;
      for (const job of data.jobs) if (job.state === 'queued' && !job.held) notHeld.add(job.id);
    },
  });
  await waitFor('the feed to say that a Job is not held any more', () => notHeld.size > 0);
  const [third] = await claimAll(runner, 1);
  subscription.unsubscribe();
  expect(third).toMatchObject({ executionId, repository: 'c' });
  expect(await runner.claim(9)).toEqual([]);
  // One that comes back keeps its place, and its room.
  await runner.service.release(second);
  expect((await claimAll(runner, 1))[0]?.jobId).toBe(second.jobId);
  expect(await runner.claim(9)).toEqual([]);
});

test('a Job that is cancelled makes room for the next one', async () => {
  await using flotilla = await testService({ repositories: six });
  const { id: executionId } = await startExecution(flotilla.api, { maxParallel: 1 });
  const [first] = await listJobs(flotilla.api, executionId);
  expect(await flotilla.api.jobs.cancel.mutate({ jobId: first?.id ?? 0 })).toMatchObject({
    state: 'cancelled',
  });
  const runner = await flotilla.connectRunner();
  expect((await claimAll(runner, 1))[0]?.repository).toBe('b');
});

test('Runners that end many Jobs at the same time never let more run than maxParallel says', async () => {
  await using flotilla = await testService({ repositories: six });
  await using replica = await testService({
    database: flotilla.database,
    repositoriesFolder: flotilla.repositoriesFolder,
  });
  await startExecution(flotilla.api, { maxParallel: 3 });
  const runners = [await flotilla.connectRunner(), await replica.connectRunner()];
  const { sql } = flotilla.service;
  let ended = 0;
  let most = 0;
  const work = async (runner: TestRunner) => {
    while (ended < names.length) {
      const jobs = await runner.claim(3);
      const [row] = await sql<{ running: number }[]>`
        select count(*)::int as running from jobs where state = 'running'`;
      most = Math.max(most, row?.running ?? 0);
      await Promise.all(jobs.map((job) => runner.succeed(job)));
      ended += jobs.length;
    }
  };
  await Promise.all(runners.map(work));
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(3);
});

test('a paused Execution starts no Job, lets those that run go on, and goes on when it is resumed', async () => {
  await using flotilla = await testService({ repositories: six });
  const { api } = flotilla;
  const { id: executionId } = await startExecution(api);
  const runner = await flotilla.connectRunner();
  const running = await runner.claim(2);
  expect(await api.executions.pause.mutate({ executionId })).toMatchObject({
    paused: { by: 'Ada', at: expect.any(Number) },
    held: 4,
    counts: { running: 2, queued: 4 },
  });
  expect(await runner.claim(9)).toEqual([]);
  const [first, second] = running;
  if (first === undefined || second === undefined) throw new Error('two Jobs were claimed');
  expect(await runner.succeed(first)).toEqual({ result: 'done' });
  // What comes back meanwhile is held at once.
  await runner.service.release(second);
  expect(await api.jobs.get.query({ jobId: second.jobId })).toMatchObject({ state: 'queued', held: true });
  expect(await runner.claim(9)).toEqual([]);
  await api.executions.resume.mutate({ executionId });
  expect((await claimAll(runner, 5)).map((job) => job.jobId)).toContain(second.jobId);
});

test('a paused Execution starts no Job when the process of a Runner is another one', async () => {
  await using flotilla = await testService({ repositories: six });
  const { id: executionId } = await startExecution(flotilla.api);
  const before = await flotilla.connectRunner({ name: 'same' });
  const job = await before.claimOne();
  await flotilla.api.executions.pause.mutate({ executionId });
  const after = await flotilla.connectRunner({ name: 'same' });
  expect(await flotilla.api.jobs.get.query({ jobId: job.jobId })).toMatchObject({
    state: 'queued',
    held: true,
  });
  expect(await after.claim(9)).toEqual([]);
});

test('failures that no Runner reports count towards maxFailures too', async () => {
  await using flotilla = await testService({ repositories: six, config: { leaseMs: 600, janitorMs: 30 } });
  const { api, service } = flotilla;
  const { id: executionId } = await startExecution(api, { maxFailures: 1 });
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  // Two losses before; the third one ends the Job.
  await service.sql`update jobs set lost_count = 2 where id = ${job.jobId}`;
  await waitFor('the pause', async () => (await api.executions.get.query({ executionId })).paused);
  expect(await api.executions.get.query({ executionId })).toMatchObject({ counts: { errored: 1 } });
});

test('a failure that is tried again is none that a resume has looked over', async () => {
  await using flotilla = await testService({ repositories: six });
  const { api } = flotilla;
  const { id: executionId } = await startExecution(api, { maxFailures: 2 });
  const runner = await flotilla.connectRunner();
  const failTwo = async () => {
    for (const job of await claimAll(runner, 2)) await runner.finish(job, failed);
    await waitFor('the pause', async () => (await api.executions.get.query({ executionId })).paused);
  };
  await failTwo();
  await api.executions.resume.mutate({ executionId });
  await api.executions.rerun.mutate({ executionId, scope: 'failed' });
  await failTwo();
  expect(await api.executions.get.query({ executionId })).toMatchObject({ counts: { failed: 2 }, held: 4 });
});

test('so many failures as maxFailures says pause an Execution; a resume looks them over', async () => {
  await using flotilla = await testService({ repositories: six });
  const { api } = flotilla;
  const { id: executionId } = await startExecution(api, { maxFailures: 2 });
  const runner = await flotilla.connectRunner();
  const paused = () =>
    waitFor('the pause', async () => (await api.executions.get.query({ executionId })).paused);
  for (const job of await runner.claim(2)) await runner.finish(job, failed);
  expect(await paused()).toMatchObject({ by: null });
  expect(await runner.claim(9)).toEqual([]);
  await api.executions.resume.mutate({ executionId });
  const [third, fourth] = await claimAll(runner, 2);
  if (third === undefined || fourth === undefined) throw new Error('two Jobs were claimed');
  await runner.finish(third, failed);
  await runner.succeed(fourth);
  // One failure is not two.
  const [fifth] = await claimAll(runner, 1);
  if (fifth === undefined) throw new Error('a Job was claimed');
  await runner.finish(fifth, failed);
  expect(await paused()).toMatchObject({ by: null });
});

test('a paused Execution can be cancelled', async () => {
  await using flotilla = await testService({ repositories: six });
  const { id: executionId } = await startExecution(flotilla.api);
  await flotilla.api.executions.pause.mutate({ executionId });
  expect(await flotilla.api.executions.cancel.mutate({ executionId })).toMatchObject({ state: 'cancelled' });
});

test('an errored Attempt is tried again by itself, later each time, and the third one ends the Job', async () => {
  await using flotilla = await testService({ repositories: six });
  const { api } = flotilla;
  const { sql } = flotilla.service;
  const { id: executionId } = await startExecution(api, { scopeQuery: 'repo:^a$' });
  const runner = await flotilla.connectRunner();
  for (const attempt of [1, 2]) {
    const [job] = await claimAll(runner, 1);
    if (job === undefined) throw new Error('a Job was claimed');
    expect(job.attemptNumber).toBe(attempt);
    await runner.finish(job, errored);
    expect(await api.jobs.get.query({ jobId: job.jobId })).toMatchObject({ state: 'queued', held: true });
    expect(await runner.claim(1)).toEqual([]);
    expect(await api.jobs.waiting.query({ jobId: job.jobId })).toMatchObject({ reason: 'backOff' });
    // The pause is over, by the clock that counts.
    await sql`update jobs set not_before = now() where id = ${job.jobId}`;
    flotilla.service.admission.look(null);
  }
  const [last] = await claimAll(runner, 1);
  if (last === undefined) throw new Error('a Job was claimed');
  await runner.finish(last, errored);
  expect(await api.jobs.get.query({ jobId: last.jobId })).toMatchObject({
    state: 'errored',
    attemptCount: 3,
    outcome: errored,
  });
  expect((await api.attempts.list.query({ jobId: last.jobId })).map(({ state }) => state)).toEqual([
    'errored',
    'errored',
    'errored',
  ]);
  expect(await untilEnded(flotilla, executionId)).toMatchObject({ state: 'failed' });
});

test('the first pause after an errored Attempt is a second', async () => {
  await using flotilla = await testService({ repositories: six });
  await startExecution(flotilla.api, { scopeQuery: 'repo:^a$' });
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  const started = performance.now();
  await runner.finish(job, errored);
  await claimAll(runner, 1);
  expect(performance.now() - started).toBeGreaterThanOrEqual(950);
});

test('a Job that waits to be tried again does so, however busy another Execution is', async () => {
  await using flotilla = await testService({ repositories: six });
  const { service } = flotilla;
  const busy = await startExecution(flotilla.api, { name: 'busy', maxParallel: 1, requires: ['nowhere'] });
  await startExecution(flotilla.api, { scopeQuery: 'repo:^a$' });
  const runner = await flotilla.connectRunner();
  await runner.finish(await runner.claimOne(), errored);
  const claimed: unknown[] = [];
  await waitFor('the Job to be claimable', async () => {
    service.admission.look(busy.id);
    claimed.push(...(await runner.claim(1)));
    return claimed.length === 1;
  });
  expect(claimed).toMatchObject([{ attemptNumber: 2 }]);
});

test('an image that there is not, or a Patch that is refused, is not tried again', async () => {
  await using flotilla = await testService({ repositories: six });
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  for (const reason of ['image', 'patch'] as const) {
    const job = await runner.claimOne();
    await runner.finish(job, { ...errored, reason });
    expect((await flotilla.api.jobs.get.query({ jobId: job.jobId })).state).toBe('errored');
  }
});

test('a Job whose cancellation was asked for is not tried again', async () => {
  await using flotilla = await testService({ repositories: six });
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  await flotilla.api.jobs.cancel.mutate({ jobId: job.jobId });
  await runner.finish(job, errored);
  expect((await flotilla.api.jobs.get.query({ jobId: job.jobId })).state).toBe('errored');
});

test('what is not there is refused in a sentence', async () => {
  await using flotilla = await testService({ repositories: six });
  const { api } = flotilla;
  const calls = [
    () => api.executions.pause.mutate({ executionId: 404 }),
    () => api.executions.resume.mutate({ executionId: 404 }),
    () => api.jobs.cancel.mutate({ jobId: 404 }),
    () => api.jobs.rerun.mutate({ jobId: 404 }),
  ];
  for (const call of calls) expect(await refusalOfCall(call())).toMatchObject({ code: 'NOT_FOUND' });
});

test('replicas that start at the same moment make the function of the admission once', async () => {
  await using database = await testDatabase();
  await using connections = connect(database.url, { max: 8 });
  const { sql } = connections;
  await Promise.all(Array.from({ length: 8 }, () => defineAdmitJobs(sql)));
  await defineAdmitJobs(sql);
  expect(await sql`select proname from pg_proc where proname like 'admit_jobs%'`).toHaveLength(1);
  expect(await admitJobs(sql, 404)).toBe(0);
});

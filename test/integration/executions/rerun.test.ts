import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { hold, waitForBlocked } from '../../support/holdPoints.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';
import { untilEnded } from '../../support/untilEnded.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

const three = (folder: string) => makeRepositories(folder, ['one', 'three', 'two']);
const failed = {
  kind: 'failed',
  step: 0,
  exitCode: 1,
  outOfMemory: false,
  outOfDisk: false,
  lastLine: 'no',
} as const;

test('a rerun is a new Attempt behind what waits, and the old one stays with its log and outcome', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api } = flotilla;
  await startExecution(api, { scopeQuery: 'repo:^one$' });
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  const log = await runner.writeLog(job, 'the first try');
  await runner.finish(job, failed, { logLength: log.length });
  const later = await startExecution(api, { scopeQuery: 'repo:^two$' });

  expect(await api.jobs.rerun.mutate({ jobId: job.jobId })).toMatchObject({ state: 'queued', endedAt: null });
  const [other, again] = await runner.claim(2);
  expect(other?.executionId).toBe(later.id);
  expect(again).toMatchObject({ jobId: job.jobId, attemptNumber: 2, baseRevision: job.baseRevision });
  if (again === undefined) throw new Error('the rerun was claimed');
  await runner.succeed(again);
  expect(await api.jobs.get.query({ jobId: job.jobId })).toMatchObject({
    state: 'succeeded',
    attemptCount: 2,
    currentAttemptId: again.attemptId,
  });
  const attempts = await api.attempts.list.query({ jobId: job.jobId });
  expect(attempts.map(({ number, state, outcome }) => [number, state, outcome])).toEqual([
    [2, 'succeeded', { kind: 'succeeded' }],
    [1, 'failed', failed],
  ]);
  const { end } = await api.logs.read.query({ attemptId: job.attemptId, offset: 0, limit: 1000 });
  expect(end).toBe(log.length);
});

test('the failed Jobs of an Execution, or all, run again', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api } = flotilla;
  const { id: executionId } = await startExecution(api);
  const runner = await flotilla.connectRunner();
  const [one, other, third] = await runner.claim(3);
  if (one === undefined || other === undefined || third === undefined) throw new Error('three were queued');
  await runner.finish(one, failed);
  await runner.succeed(other);
  expect(await api.executions.rerun.mutate({ executionId, scope: 'failed' })).toEqual({ jobs: 1 });
  const again = await runner.claimOne();
  expect(again.jobId).toBe(one.jobId);
  await runner.succeed(again);
  // The third one still runs, and is left alone.
  expect(await api.executions.rerun.mutate({ executionId, scope: 'all' })).toEqual({ jobs: 2 });
  expect((await runner.claim(9)).map(({ jobId }) => jobId)).toEqual([one.jobId, other.jobId]);
});

test('a Job that was cancelled can be rerun at once; its Execution is not cancelled any more', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api } = flotilla;
  const { id: executionId } = await startExecution(api);
  const runner = await flotilla.connectRunner();
  const running = await runner.claimOne();
  await api.executions.cancel.mutate({ executionId });
  const jobs = await listJobs(api, executionId);
  const cancelled = jobs.find(({ state }) => state === 'cancelled');
  if (cancelled === undefined) throw new Error('a queued Job was cancelled');
  // One that still stops can be rerun when it has ended.
  expect(await refusalOfCall(api.jobs.rerun.mutate({ jobId: running.jobId }))).toMatchObject({
    code: 'CONFLICT',
    message: `Job ${running.jobId} is running: it can be rerun once it has ended. Cancel it first if it should start anew.`,
  });
  await api.jobs.rerun.mutate({ jobId: cancelled.id });
  expect(await api.executions.get.query({ executionId })).toMatchObject({ state: 'running' });
  expect((await runner.service.heartbeat([running], false)).cancel).toEqual([running.attemptId]);
  await runner.finish(running, { kind: 'cancelled', step: null });
  const again = await runner.claimOne();
  expect(again.jobId).toBe(cancelled.id);
  await runner.succeed(again);
  await api.jobs.rerun.mutate({ jobId: running.jobId });
  const second = await runner.claimOne();
  expect(second).toMatchObject({ jobId: running.jobId, attemptNumber: 2 });
  expect((await runner.service.heartbeat([second], false)).cancel).toEqual([]);
});

test('reruns keep to maxParallel', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api } = flotilla;
  const { id: executionId } = await startExecution(api, { maxParallel: 1 });
  const runner = await flotilla.connectRunner();
  await api.executions.cancel.mutate({ executionId });
  await api.executions.rerun.mutate({ executionId, scope: 'failed' });
  const [first] = await waitFor('a Job to be claimable', async () => {
    const jobs = await runner.claim(9);
    return jobs.length > 0 && jobs;
  });
  expect(await runner.claim(9)).toEqual([]);
  if (first === undefined) throw new Error('a Job was claimed');
  expect(first.attemptNumber).toBe(1);
});

test('where there is nothing to rerun, that is said', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api } = flotilla;
  const { id: executionId } = await startExecution(api);
  expect(await refusalOfCall(api.executions.rerun.mutate({ executionId, scope: 'failed' }))).toMatchObject({
    code: 'CONFLICT',
    message: `No job of execution ${executionId} has failed, timed out, errored or been cancelled yet.`,
  });
  expect(await refusalOfCall(api.executions.rerun.mutate({ executionId: 404, scope: 'all' }))).toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('a rerun of an Execution that is asked again with its key puts nothing back a second time', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api } = flotilla;
  const { id: executionId } = await startExecution(api);
  const runner = await flotilla.connectRunner();
  for (const job of await runner.claim(3)) await runner.finish(job, failed);
  const rerun = { executionId, scope: 'all', requestKey: randomUUID() } as const;
  expect(await api.executions.rerun.mutate(rerun)).toEqual({ jobs: 3 });
  const again = await runner.claimOne();
  await runner.finish(again, failed);
  expect(await api.executions.rerun.mutate(rerun)).toEqual({ jobs: 3 });
  expect(await api.jobs.get.query({ jobId: again.jobId })).toMatchObject({
    state: 'failed',
    attemptCount: 2,
  });
  // Another key is another rerun.
  expect(await api.executions.rerun.mutate({ ...rerun, requestKey: randomUUID() })).toEqual({ jobs: 1 });
});

test('a rerun of a Job that is asked again with its key is no conflict, whatever the Job is at', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api } = flotilla;
  await startExecution(api, { scopeQuery: 'repo:^one$' });
  const runner = await flotilla.connectRunner();
  const { jobId } = await runner.claimOne().then(async (job) => {
    await runner.finish(job, failed);
    return job;
  });
  const rerun = { jobId, requestKey: randomUUID() };
  expect(await api.jobs.rerun.mutate(rerun)).toMatchObject({ state: 'queued' });
  expect(await api.jobs.rerun.mutate(rerun)).toMatchObject({ state: 'queued' });
  const again = await runner.claimOne();
  expect(await api.jobs.rerun.mutate(rerun)).toMatchObject({ state: 'running' });
  await runner.finish(again, failed);
  expect(await api.jobs.rerun.mutate(rerun)).toMatchObject({ state: 'failed', attemptCount: 2 });
});

test('two copies of one rerun at the same time put each Job back once, and answer the same', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api, service } = flotilla;
  const { id: executionId } = await startExecution(api);
  const runner = await flotilla.connectRunner();
  for (const job of await runner.claim(3)) await runner.finish(job, failed);
  await untilEnded(flotilla, executionId);
  const rerun = { executionId, scope: 'failed', requestKey: randomUUID() } as const;
  await using other = await hold(
    service.sql,
    (tx) => tx`select from executions where id = ${executionId} for update`,
  );
  const copies = [1, 2].map(() => api.executions.rerun.mutate(rerun));
  await waitForBlocked(service.sql, 2);
  await other.release();
  expect(await Promise.all(copies)).toEqual([{ jobs: 3 }, { jobs: 3 }]);
  expect(await runner.claim(9)).toHaveLength(3);
  const audited = await service.sql`select details from audit_events where event = 'execution.rerun'`;
  expect(audited).toHaveLength(1);
});

test('a copy that sees Jobs which ended after the first one was committed leaves them as they are', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api, service } = flotilla;
  const { id: executionId } = await startExecution(api);
  const runner = await flotilla.connectRunner();
  for (const job of await runner.claim(3)) await runner.finish(job, failed);
  await untilEnded(flotilla, executionId);
  const rerun = { executionId, scope: 'failed', requestKey: randomUUID() } as const;
  // What the first one leaves behind when its Jobs have run and failed again.
  await using first = await hold(service.sql, async (tx) => {
    await tx`select from executions where id = ${executionId} for update`;
    await tx`insert into reruns (request_key, execution_id, jobs) values (${rerun.requestKey}, ${executionId}, 3)`;
  });
  const copy = api.executions.rerun.mutate(rerun);
  await waitForBlocked(service.sql, 1);
  await first.release();
  expect(await copy).toEqual({ jobs: 3 });
  expect((await api.executions.get.query({ executionId })).counts).toMatchObject({ failed: 3, queued: 0 });
});

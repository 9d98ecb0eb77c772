import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { loseAttempts } from '../../../service/src/jobs/queries/loseAttempts.ts';
import { startExecution } from '../../support/actionText.ts';
import { hold, waitForBlocked } from '../../support/holdPoints.ts';
import { makeRepositories } from '../../support/repositories.ts';
import type { TestRunner } from '../../support/testRunner.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';
import { untilEnded } from '../../support/untilEnded.ts';

const two = (folder: string) => makeRepositories(folder, ['one', 'two']);
/** A tenth and less of the real intervals. */
const short = { leaseMs: 600, janitorMs: 30, heartbeatMs: 100 };

const loseAll = async ({ service: { sql } }: TestService) => {
  await sql`update attempts set lease_expires_at = now() - interval '1 second' where state in ('claimed', 'running')`;
  return loseAttempts(sql, { cause: 'leaseExpired', seenAt: 'now' });
};

const stateOf = async ({ api }: TestService, jobId: number) => (await api.jobs.get.query({ jobId })).state;

test('an Attempt without a sign of life is lost when its lease ends, and its Job goes back to its place', async () => {
  await using flotilla = await testService({ repositories: two, config: short });
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  await runner.writeLog(job, 'half of it');
  await waitFor('the Job to be queued again', async () => (await stateOf(flotilla, job.jobId)) === 'queued');
  const next = await runner.claimOne();
  expect(next).toMatchObject({ jobId: job.jobId, attemptNumber: 2 });
  const attempts = await flotilla.api.attempts.list.query({ jobId: job.jobId });
  expect(attempts.map(({ number, state, outcome }) => [number, state, outcome])).toEqual([
    [2, 'claimed', null],
    [1, 'lost', { kind: 'lost' }],
  ]);
  // What it had written stays.
  expect(
    (await flotilla.api.logs.read.query({ attemptId: job.attemptId, offset: 0, limit: 1000 })).end,
  ).toBeGreaterThan(0);
});

test('heartbeats keep an Attempt for many times its lease', async () => {
  await using flotilla = await testService({ repositories: two, config: short });
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  const ends = performance.now() + 4 * short.leaseMs;
  await waitFor('four leases to pass', async () => {
    expect(await runner.service.heartbeat([job], false)).toEqual({ drain: false, cancel: [], fenced: [] });
    return performance.now() > ends;
  });
  expect(await stateOf(flotilla, job.jobId)).toBe('running');
});

test('the third lost Attempt ends the Job as errored, and says that it was the third', async () => {
  await using flotilla = await testService({ repositories: two });
  await startExecution(flotilla.api, { scopeQuery: 'repo:one' });
  const runner = await flotilla.connectRunner();
  let jobId = 0;
  for (const state of ['queued', 'queued', 'errored']) {
    const job = await runner.claimOne();
    jobId = job.jobId;
    expect(await loseAll(flotilla)).toMatchObject([{ attemptId: job.attemptId }]);
    expect(await stateOf(flotilla, jobId)).toBe(state);
  }
  expect(await runner.claim()).toEqual([]);
  const attempts = await flotilla.api.attempts.list.query({ jobId });
  expect(attempts.map(({ outcome }) => outcome)).toEqual([
    { kind: 'lost', losses: 3 },
    { kind: 'lost' },
    { kind: 'lost' },
  ]);
  const [execution] = await flotilla.api.executions.list.query({});
  expect(await untilEnded(flotilla, execution?.id ?? 0)).toMatchObject({
    state: 'failed',
    counts: { errored: 1 },
  });
});

test('a release does not count as a loss', async () => {
  await using flotilla = await testService({ repositories: two });
  await startExecution(flotilla.api, { scopeQuery: 'repo:one' });
  const runner = await flotilla.connectRunner();
  for (let round = 0; round < 4; round++) await runner.service.release(await runner.claimOne());
  for (const state of ['queued', 'queued', 'errored']) {
    const job = await runner.claimOne();
    await loseAll(flotilla);
    expect(await stateOf(flotilla, job.jobId)).toBe(state);
  }
});

test('a Job that was lost or released keeps its place in the queue', async () => {
  await using flotilla = await testService({ repositories: two });
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const first = await runner.claimOne();
  await runner.service.release(first);
  // A repeated release changes nothing, also when the Job has been claimed again.
  const again = await runner.claimOne();
  expect(again.jobId).toBe(first.jobId);
  await runner.service.release(first);
  expect(await stateOf(flotilla, first.jobId)).toBe('running');
  await loseAll(flotilla);
  expect((await runner.claimOne()).jobId).toBe(first.jobId);
});

test('a lost Attempt is fenced at its next heartbeat', async () => {
  await using flotilla = await testService({ repositories: two });
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const [lost, live] = await runner.claim(2);
  if (lost === undefined || live === undefined) throw new Error('two Jobs were queued');
  const { sql } = flotilla.service;
  await sql`update attempts set lease_expires_at = now() - interval '1 second' where id = ${lost.attemptId}`;
  await loseAttempts(sql, { cause: 'leaseExpired', seenAt: 'now' });
  expect(await runner.service.heartbeat([lost, live], false)).toEqual({
    drain: false,
    cancel: [],
    fenced: [lost.attemptId],
  });
});

test('a service that starts expires no lease before it has been up for one (I8)', async () => {
  await using outage = await testService({ repositories: two, config: { leaseMs: 60_000 } });
  await startExecution(outage.api);
  const runner = await outage.connectRunner();
  const job = await runner.claimOne();
  // The service was away, and the lease ended meanwhile.
  await outage.service.sql`update attempts set lease_expires_at = now() - interval '1 hour'`;
  const started = performance.now();
  await using back = await testService({
    database: outage.database,
    dataFolder: outage.service.config.dataFolder,
    config: { leaseMs: 1500, janitorMs: 30 },
  });
  await waitFor('the Attempt to be lost', async () => (await stateOf(back, job.jobId)) === 'queued');
  expect(performance.now() - started).toBeGreaterThan(1500);
});

test('a Runner that comes back in time keeps its Attempt, although its lease had ended', async () => {
  await using flotilla = await testService({ repositories: two });
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  await flotilla.service.sql`update attempts set lease_expires_at = now() - interval '1 hour'`;
  expect(await runner.service.heartbeat([job], false)).toEqual({ drain: false, cancel: [], fenced: [] });
  expect(await loseAttempts(flotilla.service.sql, { cause: 'leaseExpired', seenAt: 'now' })).toEqual([]);
});

test('the hello of a new process loses at once what the old one took with it', async () => {
  await using flotilla = await testService({ repositories: two });
  await startExecution(flotilla.api);
  const before = await flotilla.connectRunner({ name: 'host-1' });
  const [taken, salvaged] = await before.claim(2);
  if (taken === undefined || salvaged === undefined) throw new Error('two Jobs were queued');
  const { hello } = await flotilla.connectRunner({ name: 'host-1', attempts: [salvaged] });
  expect(hello.runnerId).toBe(before.hello.runnerId);
  expect(hello.drop).toEqual([]);
  expect(hello.keep.map((lease) => lease.attemptId)).toEqual([salvaged.attemptId]);
  expect(await stateOf(flotilla, taken.jobId)).toBe('queued');
  expect(await stateOf(flotilla, salvaged.jobId)).toBe('running');
});

test('the hello of the same process rotates its lease tokens: the old ones write nothing more (I2)', async () => {
  await using flotilla = await testService({ repositories: two });
  await startExecution(flotilla.api);
  const instance = randomUUID();
  const before = await flotilla.connectRunner({ name: 'host-1', instance });
  const job = await before.claimOne();
  const after: TestRunner = await flotilla.connectRunner({ name: 'host-1', instance, attempts: [job] });
  const [kept] = after.hello.keep;
  if (kept === undefined) throw new Error('the Attempt was not kept');
  expect(kept.attemptId).toBe(job.attemptId);
  expect(kept.leaseToken).not.toBe(job.leaseToken);
  expect((await before.append(job, 'log', 0, Buffer.from('old'))).status).toBe(410);
  expect((await after.append(kept, 'log', 0, Buffer.from('new'))).status).toBe(200);
  expect(await before.finish(job, { kind: 'succeeded' })).toEqual({ result: 'fenced' });
});

test("a Runner gets no other Runner's Attempts by naming them", async () => {
  await using flotilla = await testService({ repositories: two });
  await startExecution(flotilla.api);
  const owner = await flotilla.connectRunner({ name: 'host-1' });
  const job = await owner.claimOne();
  const { hello } = await flotilla.connectRunner({ name: 'host-2', attempts: [job] });
  expect(hello).toMatchObject({ keep: [], drop: [job.attemptId] });
  expect(await owner.service.heartbeat([job], false)).toEqual({ drain: false, cancel: [], fenced: [] });
});

test.each(['runnerRestarted', 'surrendered'] as const)(
  'an Attempt that its Runner says is lost (%s) is lost though somebody holds its row for a moment',
  async (cause) => {
    await using flotilla = await testService({ repositories: two });
    const { sql } = flotilla.service;
    await startExecution(flotilla.api);
    const runner = await flotilla.connectRunner();
    const job = await runner.claimOne();
    const { runnerId } = runner.hello;
    // As the janitor does that looks whether the database takes writes.
    await using held = await hold(
      sql,
      (tx) => tx`update attempts set lease_expires_at = lease_expires_at where id = ${job.attemptId}`,
    );
    const losing = loseAttempts(
      sql,
      cause === 'surrendered' ? { cause, lease: job } : { cause, runnerId, except: [] },
    );
    await waitForBlocked(sql, 1);
    await held.release();
    expect(await losing).toMatchObject([{ attemptId: job.attemptId }]);
    expect(await stateOf(flotilla, job.jobId)).toBe('queued');
  },
);

test('an Attempt that ends while its Runner says that it is lost keeps its end', async () => {
  await using flotilla = await testService({ repositories: two });
  const { sql } = flotilla.service;
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  await using held = await hold(
    sql,
    (tx) => tx`update attempts set state = 'timedOut', ended_at = now() where id = ${job.attemptId}`,
  );
  const losing = loseAttempts(sql, { cause: 'surrendered', lease: job });
  await waitForBlocked(sql, 1);
  await held.release();
  expect(await losing).toEqual([]);
});

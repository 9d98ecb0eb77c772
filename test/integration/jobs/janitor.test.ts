import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { timeOutAttempts } from '../../../service/src/jobs/queries/timeOutAttempts.ts';
import { startExecution } from '../../support/actionText.ts';
import { startProxy } from '../../support/proxy.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { connectRunner } from '../../support/testRunner.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';

const two = (folder: string) => makeRepositories(folder, ['one', 'two']);
/** A twentieth of the real intervals. */
const short = { leaseMs: 1500, janitorMs: 30, heartbeatMs: 100 };

/** Another replica, on the database and the folder of a first one. */
const replicaOf = (first: TestService, leaseMs = short.leaseMs) =>
  testService({
    database: first.database,
    sharedFolder: first.service.config.sharedFolder,
    repositoriesFolder: first.repositoriesFolder,
    config: { ...short, leaseMs },
  });

const stateOf = async ({ api }: TestService, jobId: number) => (await api.jobs.get.query({ jobId })).state;

test('a replica expires what is over while another one is restarted again and again, and keeps what lives (I8)', async () => {
  await using plain = await testService({ repositories: two, config: { leaseMs: 60_000 } });
  const begun = performance.now();
  {
    await using _trial = await replicaOf(plain);
  }
  // Long enough for some restarts, however busy the machine.
  const leaseMs = Math.max(short.leaseMs, 4 * (performance.now() - begun));
  await using first = await replicaOf(plain, leaseMs);
  await startExecution(first.api);
  const [living, silent] = [await first.connectRunner(), await first.connectRunner()];
  const [kept, gone] = [await living.claimOne(), await silent.claimOne()];
  let restarts = 0;
  const over = new AbortController();
  const restart = async () => {
    while (!over.signal.aborted) {
      await using _second = await replicaOf(plain, leaseMs);
      restarts += 1;
    }
  };
  const beat = waitFor(
    'the silent Attempt to be lost',
    async () => {
      expect(await living.service.heartbeat([kept], false)).toMatchObject({ fenced: [] });
      return (await stateOf(first, gone.jobId)) === 'queued';
    },
    { timeoutMs: 4 * leaseMs + 20_000 },
  ).finally(() => over.abort());
  await Promise.all([beat, restart()]);
  expect(restarts).toBeGreaterThan(1);
  expect(await stateOf(first, kept.jobId)).toBe('running');
});

test('of replicas that come back one after the other none expires a lease before it was up for one, and each loss counts once (I8)', async () => {
  await using outage = await testService({ repositories: two, config: { leaseMs: 60_000 } });
  await startExecution(outage.api);
  const instance = randomUUID();
  const before = await outage.connectRunner({ name: 'host-1', instance });
  const silent = await outage.connectRunner({ name: 'host-2' });
  const [kept, gone] = [await before.claimOne(), await silent.claimOne()];
  // All leases ended while the service was away.
  await outage.service.sql`update attempts set lease_expires_at = now() - interval '1 hour'`;
  const started = performance.now();
  await using first = await replicaOf(outage);
  await waitFor('half a lease to pass', () => performance.now() - started > short.leaseMs / 2);
  await using second = await replicaOf(outage);
  const { runnerToken: token } = outage;
  await using after = await connectRunner({
    serverUrl: second.url,
    token,
    name: 'host-1',
    instance,
    attempts: [kept],
  });
  expect(after.hello.drop).toEqual([]);
  await waitFor(
    'the silent Attempt to be lost',
    async () => {
      expect(await after.service.heartbeat([...after.hello.keep], false)).toMatchObject({ fenced: [] });
      return (await stateOf(first, gone.jobId)) === 'queued';
    },
    { timeoutMs: 20_000 },
  );
  expect(performance.now() - started).toBeGreaterThan(short.leaseMs);
  const bothUp = performance.now();
  await waitFor('the second one to have been up for a lease as well', async () => {
    await after.service.heartbeat([...after.hello.keep], false);
    return performance.now() - bothUp > short.leaseMs;
  });
  expect(await stateOf(second, kept.jobId)).toBe('running');
  expect(await second.service.sql`select id, lost_count from jobs order by lost_count`).toEqual([
    { id: String(kept.jobId), lost_count: 0 },
    { id: String(gone.jobId), lost_count: 1 },
  ]);
});

test('a database that was silent, and then answers after all, has every lease stay for one (I8)', async () => {
  await using plain = await testService({ repositories: two, config: { leaseMs: 60_000 } });
  await using network = await startProxy(plain.database.url);
  await using behind = await testService({
    database: { url: network.url, [Symbol.asyncDispose]: async () => undefined },
    sharedFolder: plain.service.config.sharedFolder,
    repositoriesFolder: plain.repositoriesFolder,
    config: short,
  });
  const started = performance.now();
  await waitFor('the janitor to expire leases', () => performance.now() - started > 1.5 * short.leaseMs);
  network.blackHole();
  await startExecution(plain.api);
  const runner = await plain.connectRunner();
  const job = await runner.claimOne();
  // Later than what a round of the janitor has seen that the silence holds up.
  await plain.service.sql`update attempts set lease_expires_at = now()`;
  const silentFrom = performance.now();
  await waitFor('longer than a lease to pass', () => performance.now() - silentFrom > 2 * short.leaseMs);
  const heard = performance.now();
  network.restore();
  await waitFor('the Attempt to be lost', async () => (await stateOf(plain, job.jobId)) === 'queued');
  expect(performance.now() - heard).toBeGreaterThan(short.leaseMs);
  expect(await stateOf(behind, job.jobId)).toBe('queued');
});

test('a database that could be read and not written, as its disk was full, has every lease stay for one when it can be (I8)', async () => {
  await using flotilla = await testService({ repositories: two, config: { ...short, janitorMs: 150 } });
  const { sql } = flotilla.service;
  const started = performance.now();
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  const beat = () => runner.service.heartbeat([job], false);
  await waitFor('the janitor to expire leases', async () => {
    await beat();
    return performance.now() - started > 1.5 * short.leaseMs;
  });
  await sql.unsafe(`
    create function refuse() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$;
    create trigger full_disk before update on attempts execute function refuse()`);
  await expect(beat()).rejects.toThrow('The database has run out of disk');
  await waitFor('the lease to be over', async () => {
    const [row] = await sql`select from attempts where lease_expires_at < now()`;
    return row;
  });
  await sql`drop trigger full_disk on attempts`;
  const room = performance.now();
  await waitFor('the Attempt to be lost', async () => (await stateOf(flotilla, job.jobId)) === 'queued');
  expect(performance.now() - room).toBeGreaterThan(short.leaseMs);
});

const step = (state: 'running' | 'succeeded' | 'failed' | 'pending', index = 0) => ({
  index,
  state,
  exitCode: null,
  imageDigest: null,
  startedAt: null,
  endedAt: null,
});

test('after an outage an Attempt whose Steps have ended is left to hand in what they made; one that goes on times out (I7, I8)', async () => {
  await using outage = await testService({ repositories: two, config: { leaseMs: 60_000 } });
  await startExecution(outage.api);
  const runner = await outage.connectRunner();
  const [ended, goesOn] = [await runner.claimOne(), await runner.claimOne()];
  for (const job of [ended, goesOn]) await runner.service.progress(job, [step('running')]);
  await outage.service.sql`update attempts set deadline_at = now() - interval '10 minutes'`;
  const started = performance.now();
  await using back = await replicaOf(outage);
  await runner.service.progress(ended, [step('succeeded')]);
  await waitFor(
    'the Attempt that goes on to time out',
    async () => (await stateOf(back, goesOn.jobId)) === 'timedOut',
  );
  expect(performance.now() - started).toBeGreaterThan(short.leaseMs);
  expect(await stateOf(back, ended.jobId)).toBe('running');
  expect(await runner.succeed(ended)).toEqual({ result: 'done' });
  expect(await runner.succeed(goesOn)).toEqual({ result: 'fenced' });
});

test('an Attempt has its time to hand in while the service is up, and no longer (I7)', async () => {
  await using flotilla = await testService({ repositories: two });
  const { sql } = flotilla.service;
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const [failed, pulls] = [await runner.claimOne(), await runner.claimOne()];
  await runner.service.progress(failed, [step('failed'), step('pending', 1)]);
  await runner.service.progress(pulls, [step('succeeded'), step('pending', 1)]);
  await sql`update attempts set deadline_at = now() - interval '90 minutes'`;
  const [clock] = await sql<{ now: string }[]>`select now()::text as now`;
  const seenAt = clock?.now ?? '';
  const hour = 3_600_000;
  const timeOut = (slackMs: number, upForMs: number) =>
    timeOutAttempts(sql, { seenAt, slackMs, handInMs: hour, upForMs }).then((late) =>
      late.map(({ attemptId }) => attemptId),
    );
  expect(await timeOut(2 * hour, 2 * hour)).toEqual([]);
  expect(await timeOut(40_000, 0.9 * hour)).toEqual([pulls.attemptId]);
  expect(await timeOut(hour, 2 * hour)).toEqual([]);
  expect(await timeOut(40_000, 2 * hour)).toEqual([failed.attemptId]);
});

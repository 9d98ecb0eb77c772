import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';
import { watchRows } from '../../../scripts/launch/liveRows.ts';

const two = (folder: string) => makeRepositories(folder, ['one', 'two']);

test('Runners and the queue can be looked at, and followed by the feed', async () => {
  await using flotilla = await testService({ repositories: two });
  const { api } = flotilla;
  const fleets: (readonly string[])[] = [];
  const subscription = watchRows(api, {
    onChanges: (data) => {
      if (data.runners !== undefined)
        fleets.push(data.runners.map(({ name, running }) => `${name} ${running}`));
    },
  });
  const runner = await flotilla.connectRunner({ name: 'north', labels: ['gpu'] });
  await startExecution(api, { maxParallel: 1 });
  expect(await api.runners.queue.query()).toEqual({ ready: 1, held: 1, running: 0, capacity: 256 });
  await runner.claimOne();
  expect(await api.runners.queue.query()).toEqual({ ready: 0, held: 1, running: 1, capacity: 256 });
  expect(await api.runners.list.query()).toEqual([
    {
      id: runner.hello.runnerId,
      name: 'north',
      version: '0.0.0',
      labels: ['gpu'],
      capacity: 256,
      description: 'a test',
      running: 1,
      lastSeenAt: expect.any(Number),
      online: true,
      draining: false,
      drainRequested: false,
      problem: null,
    },
  ]);
  await waitFor('the feed to say that it works', () => fleets.some((fleet) => fleet[0] === 'north 1'));
  subscription.unsubscribe();
});

test('a Runner that a person drains claims nothing until it may again', async () => {
  await using flotilla = await testService({ repositories: two });
  const { api } = flotilla;
  await startExecution(api);
  const runner = await flotilla.connectRunner();
  const { runnerId } = runner.hello;
  const [drained] = await api.runners.drain.mutate({ runnerId, drain: true });
  expect(drained).toMatchObject({ draining: true, drainRequested: true });
  expect(await runner.service.heartbeat([], false)).toMatchObject({ drain: true });
  expect(await runner.claim(2)).toEqual([]);
  expect((await api.server.info.query()).runnersOnline).toBe(0);
  await api.runners.drain.mutate({ runnerId, drain: false });
  const key = randomUUID();
  const claimed = await runner.claim(1, key);
  await api.runners.drain.mutate({ runnerId, drain: true });
  // A claim that is repeated, because its answer was lost, gets what it made.
  expect((await runner.claim(1, key)).map(({ attemptId }) => attemptId)).toEqual(
    claimed.map(({ attemptId }) => attemptId),
  );
  await api.runners.drain.mutate({ runnerId, drain: false });
  expect(await runner.service.heartbeat([], false)).toMatchObject({ drain: false });
  expect(await runner.claim(2)).toHaveLength(1);
});

test('a Runner that is gone can be forgotten, one that is online cannot, and a hello brings it back', async () => {
  await using flotilla = await testService({ repositories: two });
  const { api, service } = flotilla;
  const runner = await flotilla.connectRunner({ name: 'old' });
  const { runnerId } = runner.hello;
  expect(await refusalOfCall(api.runners.forget.mutate({ runnerId }))).toMatchObject({
    code: 'CONFLICT',
    message: 'Runner old is online: stop it first, or drain it so that it takes no more jobs.',
  });
  await service.sql`update runners set last_seen_at = now() - interval '1 hour'`;
  expect(await api.runners.forget.mutate({ runnerId })).toEqual([]);
  await flotilla.connectRunner({ name: 'old' });
  expect(await api.runners.list.query()).toMatchObject([{ id: runnerId, name: 'old', online: true }]);
});

test('what a Runner says is wrong with it is shown until it is over', async () => {
  await using flotilla = await testService({ repositories: two });
  const runner = await flotilla.connectRunner();
  await runner.service.heartbeat([], false, 'Docker does not answer.');
  expect(await flotilla.api.runners.list.query()).toMatchObject([{ problem: 'Docker does not answer.' }]);
  expect((await flotilla.api.runners.queue.query()).capacity).toBe(0);
  await runner.service.heartbeat([], false);
  expect(await flotilla.api.runners.list.query()).toMatchObject([{ problem: null }]);
});

test('an Attempt whose Runner lets it run on for far too long is ended by the service (I7)', async () => {
  await using flotilla = await testService({
    repositories: two,
    config: { leaseMs: 600, janitorMs: 30, stopGraceMs: 10 },
  });
  const { api, service } = flotilla;
  await startExecution(api, { timeout: '5s' });
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  await runner.service.progress(job, []);
  await service.sql`update attempts set deadline_at = now() - interval '10 minutes' where id = ${job.attemptId}`;
  await waitFor('the end of the Attempt', async () => {
    await runner.service.heartbeat([job], false);
    return (await api.jobs.get.query({ jobId: job.jobId })).state === 'timedOut';
  });
  expect(await runner.service.heartbeat([job], false)).toMatchObject({ fenced: [job.attemptId] });
  expect(await runner.succeed(job)).toEqual({ result: 'fenced' });
  expect((await api.jobs.get.query({ jobId: job.jobId })).outcome).toEqual({
    kind: 'timedOut',
    step: null,
    seconds: 5,
    limit: 'job',
  });
});

test('an Attempt whose process is gone is lost when the next one says so', async () => {
  await using flotilla = await testService({ repositories: two });
  const { api } = flotilla;
  await startExecution(api);
  const before = await flotilla.connectRunner({ name: 'same' });
  const job = await before.claimOne();
  const after = await flotilla.connectRunner({ name: 'same', attempts: [job] });
  const [kept] = after.hello.keep;
  if (kept === undefined) throw new Error('a new process keeps what it names with the right token');
  await after.writeLog(kept, 'what the dead one had not sent');
  await after.service.surrender(kept);
  expect(await api.jobs.get.query({ jobId: job.jobId })).toMatchObject({ state: 'queued' });
  expect(await api.attempts.list.query({ jobId: job.jobId })).toMatchObject([{ state: 'lost' }]);
  await after.service.surrender(kept);
  expect((await after.claim(2)).map(({ jobId }) => jobId)).toContain(job.jobId);
});

import { randomUUID } from 'node:crypto';
import { createTRPCUntypedClient, createWSClient, wsLink } from '@trpc/client';
import { runnerProtocol } from '@flotilla/shared/protocol/version';
import { expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { hold, waitForBlocked } from '../../support/holdPoints.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { runnerToken } from '../../support/tokens.ts';

const two = (folder: string) => makeRepositories(folder, ['one', 'two']);

/** A runner's socket without a hello; with an id as one that connects again. */
function connect(flotilla: TestService, token: string, runnerId?: string) {
  const socket = createWSClient({
    url: `${flotilla.url.replace(/^http/, 'ws')}/runner`,
    connectionParams: { token, ...(runnerId === undefined ? {} : { runnerId }) },
  });
  return {
    client: createTRPCUntypedClient({ links: [wsLink({ client: socket })] }),
    [Symbol.asyncDispose]: () => socket.close(),
  };
}

test("a Runner learns the service's intervals and limits", async () => {
  await using flotilla = await testService({
    config: { heartbeatMs: 11, leaseMs: 1200, claimPollMs: 13, stopGraceMs: 14, logLimitBytes: 15_000 },
  });
  const { hello } = await flotilla.connectRunner();
  expect(hello).toMatchObject({
    protocol: runnerProtocol.max,
    intervals: { heartbeatMs: 11, leaseMs: 1200, pollMs: 13, stopGraceMs: 14 },
    limits: { logBytes: 15_000, patchBytes: 50 * 1024 * 1024 },
  });
});

test('a Runner that speaks no common protocol is told which of the two is older', async () => {
  await using flotilla = await testService();
  await using caller = connect(flotilla, flotilla.runnerToken);
  const future = runnerProtocol.max + 1;
  const hello = caller.client.mutation('hello', {
    protocol: { min: future, max: future },
    name: 'host-1',
    instance: randomUUID(),
    version: '9',
    labels: [],
    capacity: 1,
    description: '',
    attempts: [],
  });
  expect(await refusalOfCall(hello)).toMatchObject({
    code: 'PRECONDITION_FAILED',
    flotilla: 'protocol.incompatible',
    message: `This runner speaks protocol ${future} to ${future}, the service ${runnerProtocol.min} to ${runnerProtocol.max}. Update the older of the two.`,
  });
});

test('a Runner that connects again by its id need not wait for its hello; with another token it must', async () => {
  await using flotilla = await testService({ repositories: two });
  await startExecution(flotilla.api);
  const { hello } = await flotilla.connectRunner();
  await using again = connect(flotilla, flotilla.runnerToken, hello.runnerId);
  expect(await again.client.mutation('claim', { claimKey: randomUUID(), free: 1 })).toMatchObject({
    jobs: [{ repository: 'one' }],
  });
  const otherToken = await runnerToken(flotilla.service.sql);
  await using stranger = connect(flotilla, otherToken, hello.runnerId);
  const claim = stranger.client.mutation('claim', { claimKey: randomUUID(), free: 1 });
  expect(await refusalOfCall(claim)).toMatchObject({ code: 'PRECONDITION_FAILED' });
});

test('two hellos over one connection are taken one after the other, and the tokens of the last one count', async () => {
  await using flotilla = await testService({ repositories: two });
  const { api, service } = flotilla;
  await startExecution(api, { scopeQuery: 'repo:^one$' });
  const instance = randomUUID();
  const runner = await flotilla.connectRunner({ name: 'host-1', instance });
  const job = await runner.claimOne();
  await using other = await hold(
    service.sql,
    (tx) => tx`select from attempts where id = ${job.attemptId} for update`,
  );
  const greet = (version: string) =>
    runner.service.hello({
      protocol: runnerProtocol,
      name: 'host-1',
      instance,
      version,
      labels: [],
      capacity: 1,
      description: '',
      attempts: [{ attemptId: job.attemptId, leaseToken: job.leaseToken }],
    });
  const first = greet('1');
  await waitForBlocked(service.sql, 1, 'hello');
  const second = greet('2');
  // What was sent after it is answered, so it has been heard as well.
  await runner.service.heartbeat([], false);
  expect([...(await service.sql`select version from runners`)]).toEqual([{ version: '1' }]);
  await other.release();
  const answers = await Promise.all([first, second]);
  const [old, current] = answers.map(({ keep }) => keep);
  if (old === undefined || current === undefined) throw new Error('both keep the Attempt');
  expect((await runner.service.heartbeat(old, false)).fenced).toEqual([job.attemptId]);
  expect((await runner.service.heartbeat(current, false)).fenced).toEqual([]);
});

const digest = (digit: number) => `sha256:${String(digit).repeat(64)}`;

test('what an image means is decided once for an Execution, by its first Attempt', async () => {
  await using flotilla = await testService({ repositories: two });
  await startExecution(flotilla.api, { image: 'debian:13' });
  await startExecution(flotilla.api, { image: 'debian:13' });
  const runner = await flotilla.connectRunner();
  const [first, second, ofAnother] = await runner.claim(3);
  if (first === undefined || second === undefined || ofAnother === undefined)
    throw new Error('four Jobs were queued');
  const pins = await Promise.all([
    runner.service.pinImage(first, 'debian:13', digest(1)),
    runner.service.pinImage(second, 'debian:13', digest(2)),
  ]);
  expect(new Set(pins).size).toBe(1);
  expect(await runner.service.pinImage(ofAnother, 'debian:13', digest(3))).toBe(digest(3));
  await runner.service.release(second);
  const again = await runner.claimOne();
  expect(again.steps).toMatchObject([{ image: 'debian:13', pinnedImage: pins[0] }]);
  const fenced = runner.service.pinImage(second, 'debian:13', digest(4));
  expect(await refusalOfCall(fenced)).toMatchObject({ code: 'CONFLICT', flotilla: 'attempt.fenced' });
});

import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { AnswerOf } from '@flotilla/shared/protocol/runnerCalls';
import { RefusedError } from '../../../runner/src/session/life.ts';
import { runSession } from '../../../runner/src/session/session.ts';
import { createLogger } from '../../../service/src/telemetry/logger.ts';
import { startHostileService, type HostileCall } from '../../support/hostileService.ts';
import { waitFor } from '../../support/waitFor.ts';

const hello: AnswerOf<'hello'> = {
  runnerId: randomUUID(),
  protocol: 1,
  intervals: { heartbeatMs: 20, leaseMs: 30_000, pollMs: 20, stopGraceMs: 0 },
  limits: { logBytes: 1, patchBytes: 1 },
  keep: [],
  drop: [],
};

/** A session of a runner with a service that answers so; `end` has it drain. */
async function beginSession(answer: (call: HostileCall) => void, refuses?: () => boolean) {
  const calls: HostileCall[] = [];
  const service = await startHostileService({
    ...(refuses === undefined ? {} : { refuses }),
    call(call) {
      calls.push(call);
      answer(call);
      return true;
    },
  });
  const drain = new AbortController();
  const jobs: unknown[] = [];
  const session = runSession(
    {
      serverUrl: service.url,
      token: 'token',
      name: 'runner',
      version: '0.1.0',
      labels: [],
      capacity: 1,
      description: '',
      logger: createLogger('silent'),
      health: { problem: null, look: () => Promise.resolve(null) },
      runJob: async (job) => void jobs.push(job),
      leftBehind: { leases: [], salvage: () => Promise.resolve() },
    },
    drain.signal,
    new AbortController().signal,
  );
  const asked = (path: string) => calls.filter((call) => call.path === path);
  return {
    session,
    jobs,
    asked,
    drain: () => drain.abort(),
    async [Symbol.asyncDispose]() {
      drain.abort();
      await session.catch(() => undefined);
      await service[Symbol.asyncDispose]();
    },
  };
}

test('a service whose answer to the hello is none is refused with a sentence, and the runner ends', async () => {
  await using odd = await beginSession((call) => call.answer({ ...hello, intervals: 'often' }));
  await expect(odd.session).rejects.toThrow(RefusedError);
  await expect(odd.session).rejects.toThrow(
    /^The service answered "hello" with something that this runner does not understand \(intervals: .+\)\. Update the older of the two\.$/,
  );
});

test('an answer to a claim that is none runs no Job, and the claim is asked again with its key', async () => {
  await using odd = await beginSession((call) => {
    if (call.path === 'hello') call.answer(hello);
    else if (call.path === 'claim') call.answer({ jobs: [{ attemptId: 1, steps: 'rm -rf /' }] });
    else call.answer({ drain: false, cancel: [], fenced: [] });
  });
  await waitFor('three claims', () => odd.asked('claim').length >= 3);
  odd.drain();
  await odd.session;
  expect(odd.jobs).toEqual([]);
  const keys = odd.asked('claim').map(({ input }) => (input as { claimKey: string }).claimKey);
  expect(new Set(keys).size).toBe(1);
});

test('a Job that the runner does not understand ends with a sentence, and the one that was claimed with it runs', async () => {
  const leaseToken = randomUUID();
  const good = {
    attemptId: 1,
    attemptNumber: 1,
    leaseToken,
    jobId: 1,
    executionId: 1,
    timeoutSeconds: 60,
    repository: 'web',
    baseRef: 'refs/heads/main',
    baseRevision: 'a'.repeat(40),
    env: {},
    network: 'default',
    resources: { memoryBytes: null, cpus: null, processes: null, diskBytes: null },
    profile: 'default',
    steps: [
      {
        type: 'command',
        image: 'alpine:3',
        pinnedImage: null,
        args: ['true'],
        cacheDirs: [],
        timeoutSeconds: null,
      },
    ],
  };
  const claimed: unknown[] = [{ ...good, attemptId: 2, profile: 'of a newer version' }, good];
  await using odd = await beginSession((call) => {
    if (call.path === 'hello') call.answer(hello);
    else if (call.path === 'claim') call.answer({ jobs: claimed.splice(0) });
    else if (call.path === 'finish') call.answer({ result: 'done' });
    else call.answer({ drain: false, cancel: [], fenced: [] });
  });
  const [finish] = await waitFor('the end of an Attempt', () => {
    const said = odd.asked('finish');
    return said.length > 0 ? said : undefined;
  });
  expect(finish?.input).toMatchObject({
    attemptId: 2,
    leaseToken,
    outcome: {
      kind: 'errored',
      message: expect.stringMatching(/does not understand \(profile: .+\)\. Update the older of the two\.$/),
      lasting: true,
    },
  });
  await waitFor('the other Job', () => odd.jobs.length > 0);
  expect(odd.jobs).toMatchObject([{ attemptId: 1 }]);
});

test('heartbeats and hints that are none change nothing, and later ones are heard', async () => {
  let beats = 0;
  await using odd = await beginSession((call) => {
    if (call.path === 'hello') call.answer(hello);
    else if (call.path === 'claim') call.answer({ jobs: [] });
    else if (call.path === 'events') call.event({ kind: 'dance' }, '1');
    else {
      beats += 1;
      call.answer(beats < 3 ? { drain: 'yes', cancel: [{}] } : { drain: true, cancel: [], fenced: [] });
    }
  });
  await waitFor('four heartbeats', () => odd.asked('heartbeat').length >= 4);
  const claims = odd.asked('claim').length;
  await waitFor('two more heartbeats', () => odd.asked('heartbeat').length >= 6);
  expect(odd.asked('claim').length).toBeLessThanOrEqual(claims + 1);
  expect(odd.asked('hello')).toHaveLength(1);
});

test('a hello that could not be taken is said once over the next connection', async () => {
  let tries = 0;
  await using odd = await beginSession(
    (call) => {
      if (call.path === 'claim') call.answer({ jobs: [] });
      else if (call.path !== 'hello') call.answer({ drain: false, cancel: [], fenced: [] });
      else if (tries > 1) call.answer(hello);
      else {
        call.refuse('The database is away.', 'unavailable');
        call.socket.end();
      }
    },
    // The pauses before the tries that are refused are longer than that before a hello is said again.
    () => {
      tries += 1;
      return tries > 1 && tries < 5;
    },
  );
  await waitFor('four heartbeats', () => odd.asked('heartbeat').length >= 4);
  expect(odd.asked('hello')).toHaveLength(2);
});

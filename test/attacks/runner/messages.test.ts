import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { callOf, openRawWebSocket } from '../support/rawWebSocket.ts';
import { withinBounds } from '../support/withinBounds.ts';

let attacked: AttackedService;
beforeAll(async () => {
  attacked = await attackedService();
  return () => attacked[Symbol.asyncDispose]();
});

const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const lease = () => ({ attemptId: 1, leaseToken: randomUUID() });
const hello = (more: Record<string, unknown> = {}) => ({
  protocol: { min: 1, max: 1 },
  name: `runner ${randomUUID()}`,
  instance: randomUUID(),
  version: '1',
  labels: [],
  capacity: 1,
  description: '',
  attempts: [],
  ...more,
});
const step = {
  index: 0,
  state: 'running',
  exitCode: null,
  imageDigest: null,
  startedAt: null,
  endedAt: null,
};
const finish = (more: Record<string, unknown>) => ({
  ...lease(),
  outcome: { kind: 'succeeded' },
  steps: [],
  phases: [],
  logLength: 0,
  streams: [],
  logLimitReached: false,
  patch: null,
  ...more,
});

/** Says hello, then calls, and returns the answer to that; a hello is its own. */
async function answerTo(path: string, input: unknown): Promise<string> {
  using client = await openRawWebSocket(attacked.url, { endpoint: '/runner', token: attacked.runnerToken });
  if (path !== 'hello') {
    client.send(callOf(1, 'hello', hello(), 'mutation'));
    await client.next();
  }
  client.send(callOf(2, path, input, 'mutation'));
  return await client.next();
}

test.each<[what: string, path: string, input: unknown, answer: RegExp]>([
  ['a hello with 10,000 labels', 'hello', hello({ labels: many(10_000, String) }), /BAD_REQUEST/],
  ['a hello with a label of 1 MB', 'hello', hello({ labels: ['l'.repeat(1_000_000)] }), /BAD_REQUEST/],
  ['a hello with a NUL in its name', 'hello', hello({ name: 'a\0b' }), /BAD_REQUEST/],
  ['a hello with a NUL in a label', 'hello', hello({ labels: ['\0'] }), /BAD_REQUEST/],
  ['a hello with half a surrogate pair', 'hello', hello({ name: '\ud800' }), /BAD_REQUEST/],
  [
    'a hello whose texts cannot be stored',
    'hello',
    hello({ version: '\0', description: '\udc00' }),
    /"result"/,
  ],
  ['a hello with 100,000 Attempts', 'hello', hello({ attempts: many(40_000, lease) }), /BAD_REQUEST/],
  [
    'a hello with one Attempt 1,000 times',
    'hello',
    hello({
      attempts: many(1000, () => ({ attemptId: 1, leaseToken: '00000000-0000-4000-8000-000000000000' })),
    }),
    /"result"/,
  ],
  [
    'a hello with an Attempt of 2^53',
    'hello',
    hello({ attempts: [{ ...lease(), attemptId: 2 ** 53 }] }),
    /BAD_REQUEST/,
  ],
  [
    'a hello with an Attempt of 2^53 - 1',
    'hello',
    hello({ attempts: [{ ...lease(), attemptId: 2 ** 53 - 1 }] }),
    /"result"/,
  ],
  ['a hello with an odd capacity', 'hello', hello({ capacity: 1e9 }), /BAD_REQUEST/],
  ['a hello with an odd protocol', 'hello', hello({ protocol: { min: -1e300, max: 1e300 } }), /BAD_REQUEST/],
  [
    'a hello of no common protocol',
    'hello',
    hello({ protocol: { min: 9, max: -9 } }),
    /protocol\.incompatible/,
  ],
  ['a claim of 10^9', 'claim', { claimKey: randomUUID(), free: 1e9 }, /BAD_REQUEST/],
  ['a claim of half a Job', 'claim', { claimKey: randomUUID(), free: 0.5 }, /BAD_REQUEST/],
  [
    'a claim with a key that is none',
    'claim',
    { claimKey: "'; drop table jobs; --", free: 1 },
    /BAD_REQUEST/,
  ],
  ['a claim of 256', 'claim', { claimKey: randomUUID(), free: 256 }, /"result"/],
  [
    'a heartbeat with 40,000 Attempts',
    'heartbeat',
    { attempts: many(40_000, lease), draining: false, problem: null },
    /BAD_REQUEST/,
  ],
  [
    'a heartbeat with 1,000 Attempts of others',
    'heartbeat',
    { attempts: many(1000, lease), draining: false, problem: null },
    /"fenced"/,
  ],
  [
    'a heartbeat whose problem has a NUL',
    'heartbeat',
    { attempts: [], draining: false, problem: '\0' },
    /"result"/,
  ],
  [
    'progress of 1,001 Steps',
    'progress',
    { ...lease(), steps: many(1001, () => step), phases: [] },
    /BAD_REQUEST/,
  ],
  [
    'progress of a Step of -1',
    'progress',
    { ...lease(), steps: [{ ...step, index: -1 }], phases: [] },
    /BAD_REQUEST/,
  ],
  [
    'progress of a Step of 2^52',
    'progress',
    { ...lease(), steps: [{ ...step, index: 2 ** 52 }], phases: [] },
    /attempt\.fenced/,
  ],
  [
    'progress with a state that there is not',
    'progress',
    { ...lease(), steps: [{ ...step, state: '__proto__' }], phases: [] },
    /BAD_REQUEST/,
  ],
  [
    'progress with 10^308 as time',
    'progress',
    { ...lease(), steps: [{ ...step, startedAt: 1e308 }], phases: [] },
    /attempt\.fenced/,
  ],
  [
    'a finish of an outcome that there is not',
    'finish',
    finish({ outcome: { kind: 'constructor' } }),
    /BAD_REQUEST/,
  ],
  [
    'a finish with 3,001 streams',
    'finish',
    finish({ streams: many(3001, () => ({ step: 0, descriptor: 1, bytes: 0, sha256: '0'.repeat(64) })) }),
    /BAD_REQUEST/,
  ],
  [
    'a finish with a Patch of 2^53 - 1 bytes',
    'finish',
    finish({ patch: { length: 2 ** 53 - 1, sha256: '0'.repeat(64), tree: '0'.repeat(40) } }),
    /"fenced"/,
  ],
  [
    'a finish with a tree that is none',
    'finish',
    finish({ patch: { length: 1, sha256: '0'.repeat(64), tree: '--help' } }),
    /BAD_REQUEST/,
  ],
  [
    'a finish with a message of 1 MB',
    'finish',
    finish({ outcome: { kind: 'errored', reason: 'git', message: 'm'.repeat(1_000_000), step: null } }),
    /BAD_REQUEST/,
  ],
  ['a release of what is not its own', 'release', lease(), /"result"/],
  ['a surrender of what is not its own', 'surrender', lease(), /"result"/],
  ['a pin for an Attempt of another', 'pinImage', { ...lease(), image: 'a', digest: 'b' }, /attempt\.fenced/],
  ['a call of editors', 'executions.create', {}, /NOT_FOUND/],
])('%s is answered in its own terms', async (_what, path, input, answer) => {
  const said = await withinBounds(attacked, () => answerTo(path, input));
  expect(said).toMatch(answer);
  expect(said.length).toBeLessThan(200_000);
});

test.each<[what: string, path: string, input: () => unknown]>([
  ['1,000 claims', 'claim', () => ({ claimKey: randomUUID(), free: 256 })],
  [
    '1,000 heartbeats of 40 Attempts',
    'heartbeat',
    () => ({ attempts: many(40, lease), draining: false, problem: null }),
  ],
  ['1,000 hellos', 'hello', () => hello({ name: 'one' })],
])('%s in one message are answered in their turn', async (_what, path, input) => {
  const answered = await withinBounds(attacked, async () => {
    using client = await openRawWebSocket(attacked.url, { endpoint: '/runner', token: attacked.runnerToken });
    client.send(callOf('first', 'hello', hello({ name: 'one' }), 'mutation'));
    await client.next();
    client.send(many(1000, (id) => callOf(id, path, input(), 'mutation')));
    let count = 0;
    while (count < 1000) if ((await client.next()).includes('"result"')) count += 1;
    return count;
  });
  expect(answered).toBe(1000);
});

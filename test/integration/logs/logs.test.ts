import { FrameDecoder } from '@flotilla/shared/logs/frame';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import type { LogMessage } from '@flotilla/shared/views';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { frameOf, logOf, sha256, type TestRunner } from '../../support/testRunner.ts';
import { testService, type EditorClient, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';

/** What a follower of a log has got. */
interface Follower extends Disposable {
  readonly bytes: () => Buffer;
  readonly messages: readonly LogMessage[];
  /** Resolves when the log has ended; rejects when the subscription is refused. */
  readonly ended: Promise<void>;
}

function follow({ api }: Pick<EditorClient, 'api'>, attemptId: number, offset = 0): Follower {
  const messages: LogMessage[] = [];
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => undefined);
  const subscription = api.logs.tail.subscribe(
    { attemptId, offset },
    {
      onData: ({ data }) => {
        messages.push(data);
        if (data.kind === 'end') ended.resolve();
      },
      onError: ended.reject,
    },
  );
  const bytes = () =>
    Buffer.concat(
      messages.map((message) =>
        message.kind === 'chunk' ? Buffer.from(message.data, 'base64') : Buffer.alloc(0),
      ),
    );
  return { messages, bytes, ended: ended.promise, [Symbol.dispose]: () => subscription.unsubscribe() };
}

const lines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `line ${from + index}`);
const hashOf = (text: string, descriptor = 1) => ({
  step: 0,
  descriptor,
  bytes: Buffer.byteLength(text),
  sha256: sha256(text),
});

describe('a log', () => {
  let flotilla: TestService;
  let runner: TestRunner;
  let job: ClaimedJob;
  let attemptId: number;

  beforeAll(async () => {
    flotilla = await testService({ repositories: (folder) => makeRepositories(folder, ['one']) });
    runner = await flotilla.connectRunner();
    return () => flotilla[Symbol.asyncDispose]();
  });

  /** An Attempt for each test; nothing of it is queued for the next one. */
  beforeEach(async () => {
    const { id: executionId } = await startExecution(flotilla.api);
    job = await runner.claimOne();
    ({ attemptId } = job);
    return () => flotilla.api.executions.cancel.mutate({ executionId });
  });

  const finish = (log: Uint8Array, text: string) =>
    runner.finish(job, { kind: 'succeeded' }, { logLength: log.length, streams: [hashOf(text)] });

  test('is followed while it grows, and ends with the state of its Attempt', async () => {
    using follower = follow(flotilla, attemptId);
    const first = logOf('one');
    await runner.append(job, 'log', 0, first);
    await waitFor('the first line', () => follower.bytes().length === first.length);
    const second = logOf('two');
    await runner.append(job, 'log', first.length, second);
    await waitFor('the second line', () => follower.bytes().equals(Buffer.concat([first, second])));
    await finish(Buffer.concat([first, second]), 'one\ntwo\n');
    await follower.ended;
    expect(follower.messages.at(-1)).toEqual({
      kind: 'end',
      offset: first.length + second.length,
      state: 'succeeded',
    });
  });

  test('is the same for all who follow it, whenever they come and wherever they begin', async () => {
    const log = logOf(...lines(3000));
    const half = 40_000;
    await runner.append(job, 'log', 0, log.subarray(0, half));
    using early = follow(flotilla, attemptId);
    await waitFor('the early follower to have half of it', () => early.bytes().length === half);
    const offsets = [0, 1, 15, 16, 4097, half, log.length];
    const followers = offsets.map((offset) =>
      follow(flotilla.connectEditor(flotilla.userToken), attemptId, offset),
    );
    for (let at = half; at < log.length; at += 7000) {
      await runner.append(job, 'log', at, log.subarray(at, at + 7000));
    }
    await finish(log, `${lines(3000).join('\n')}\n`);
    await Promise.all([early, ...followers].map((follower) => follower.ended));
    expect(sha256(early.bytes())).toBe(sha256(log));
    expect(followers.map((follower) => sha256(follower.bytes()))).toEqual(
      offsets.map((offset) => sha256(log.subarray(offset))),
    );
    const decoded = new FrameDecoder().push(early.bytes());
    expect(decoded).toHaveLength(3000);
    for (const follower of followers) follower[Symbol.dispose]();
  });

  test('goes on from the last message, without a gap and without a repetition, when the connection was cut', async () => {
    const log = logOf(...lines(600));
    using follower = follow(flotilla, attemptId);
    const cutAt = 5000;
    await runner.append(job, 'log', 0, log.subarray(0, cutAt));
    await waitFor('the first part', () => follower.bytes().length === cutAt);
    flotilla.cutConnections();
    // The runner's connections were cut too; it asks again, as the protocol permits.
    const retried = async <T>(call: () => Promise<T>) =>
      waitFor('an answer on a new connection', () => call().catch(() => undefined));
    await retried(() => runner.append(job, 'log', cutAt, log.subarray(cutAt)));
    await retried(() => finish(log, `${lines(600).join('\n')}\n`));
    await follower.ended;
    expect(sha256(follower.bytes())).toBe(sha256(log));
    const chunks = follower.messages.flatMap((message) => (message.kind === 'chunk' ? [message] : []));
    let expected = 0;
    for (const chunk of chunks) {
      expect(chunk.offset).toBe(expected);
      expected += Buffer.byteLength(chunk.data, 'base64');
    }
  });

  test('is followed on another replica', async () => {
    await using other = await testService({
      database: flotilla.database,
      repositoriesFolder: flotilla.repositoriesFolder,
    });
    using follower = follow(other, attemptId);
    const log = logOf('hello');
    await runner.append(job, 'log', 0, log);
    await waitFor('the line on the other replica', () => follower.bytes().equals(log));
    await finish(log, 'hello\n');
    await follower.ended;
    expect(follower.messages).toHaveLength(2);
  });

  test('can be read in parts', async () => {
    const log = await runner.writeLog(job, ...lines(50));
    const read = (offset: number, limit: number) =>
      flotilla.api.logs.read.query({ attemptId, offset, limit });
    const part = await read(10, 20);
    expect(Buffer.from(part.data, 'base64')).toEqual(Buffer.from(log.subarray(10, 30)));
    expect(part.end).toBe(log.length);
    expect(await read(log.length, 20)).toEqual({ data: '', end: log.length });
  });

  test('of an Attempt that is not there is refused', async () => {
    using follower = follow(flotilla, 999_999);
    expect(await refusalOfCall(follower.ended)).toMatchObject({ flotilla: 'notFound' });
    expect(
      await refusalOfCall(flotilla.api.logs.read.query({ attemptId: 999_999, offset: 0, limit: 1 })),
    ).toMatchObject({
      message: 'There is no attempt 999999.',
    });
  });

  const sealed = async () => {
    const [row] = await flotilla.service.sql<{ sealed: boolean; damage: string | null }[]>`
      select log_sealed_at is not null as sealed, log_damage as damage from attempts where id = ${attemptId}`;
    return row?.sealed === true || row?.damage !== null ? row : undefined;
  };

  test('is sealed at its end, when every Step and descriptor has the hash that its Runner took', async () => {
    const out = frameOf(Buffer.from('out\n'), 1);
    const error = frameOf(Buffer.from([0xff, 0xfe, 0x0a]), 2);
    const more = frameOf(Buffer.from('more\n'), 1);
    const log = Buffer.concat([out, error, more]);
    await runner.append(job, 'log', 0, log);
    const streams = [
      hashOf('out\nmore\n'),
      { step: 0, descriptor: 2, bytes: 3, sha256: sha256(Buffer.from([0xff, 0xfe, 0x0a])) },
    ];
    await runner.finish(job, { kind: 'succeeded' }, { logLength: log.length, streams });
    expect(await waitFor('the seal', sealed)).toEqual({ sealed: true, damage: null });
    const [attempt] = await flotilla.api.attempts.list.query({ jobId: job.jobId });
    expect(attempt).toMatchObject({ logSealed: true, logLength: log.length });
  });

  test.each([
    ['another content', [hashOf('hellO\n')], 'step 0, descriptor 1: the bytes differ'],
    ['another length', [hashOf('hello, world\n')], 'step 0, descriptor 1: 6 bytes stored, 13 written'],
    [
      'a descriptor that is not there',
      [hashOf('hello\n'), hashOf('x', 2)],
      'step 0, descriptor 2: 0 bytes stored, 1 written',
    ],
  ])('that has %s than its Runner wrote is an alarm, and not sealed', async (_case, streams, damage) => {
    const log = await runner.writeLog(job, 'hello');
    await runner.finish(job, { kind: 'succeeded' }, { logLength: log.length, streams });
    expect(await waitFor('the verdict', sealed)).toEqual({ sealed: false, damage });
    const [attempt] = await flotilla.api.attempts.list.query({ jobId: job.jobId });
    expect(attempt).toMatchObject({ logSealed: false, logDamage: damage });
  });

  test('that ends inside a record is an alarm', async () => {
    const log = logOf('hello').subarray(0, 20);
    await runner.append(job, 'log', 0, log);
    await runner.finish(job, { kind: 'succeeded' }, { logLength: log.length, streams: [] });
    expect(await waitFor('the verdict', sealed)).toEqual({
      sealed: false,
      damage: 'the log ends inside a record',
    });
  });

  test('that was not sealed because the service stopped is sealed by the next one', async () => {
    const log = await runner.writeLog(job, 'hello');
    await finish(log, 'hello\n');
    await waitFor('the seal', sealed);
    await flotilla.service.sql`update attempts set log_sealed_at = null where id = ${attemptId}`;
    await using _next = await testService({
      database: flotilla.database,
      repositoriesFolder: flotilla.repositoriesFolder,
    });
    expect(await waitFor('the seal of the next service', sealed)).toEqual({ sealed: true, damage: null });
  });
});

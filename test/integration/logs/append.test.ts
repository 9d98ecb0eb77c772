import { randomUUID } from 'node:crypto';
import { maxAppendBytes } from '@flotilla/shared/protocol/streams';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loseAttempts } from '../../../service/src/jobs/queries/loseAttempts.ts';
import { startExecution } from '../../support/actionText.ts';
import { hold, waitForBlocked } from '../../support/holdPoints.ts';
import { makeRepositories } from '../../support/repositories.ts';
import type { TestRunner } from '../../support/testRunner.ts';
import { testService, type TestService } from '../../support/testService.ts';

const bytes = (text: string) => Buffer.from(text);

describe('an append', () => {
  let flotilla: TestService;
  let runner: TestRunner;
  let job: ClaimedJob;

  beforeAll(async () => {
    flotilla = await testService({
      repositories: (folder) => makeRepositories(folder, ['one']),
      config: { logLimitBytes: 1024 * 1024 },
    });
    runner = await flotilla.connectRunner();
    return () => flotilla[Symbol.asyncDispose]();
  });

  /** An Attempt for each test; nothing of it is queued for the next one. */
  beforeEach(async () => {
    const { id: executionId } = await startExecution(flotilla.api);
    job = await runner.claimOne();
    return () => flotilla.api.executions.cancel.mutate({ executionId });
  });

  const stored = async (stream: 0 | 1 = 0) => {
    const rows = await flotilla.service.sql<{ data: Uint8Array }[]>`
      select data from stream_chunks where attempt_id = ${job.attemptId} and stream = ${stream} order by "offset"`;
    return Buffer.concat(rows.map((row) => row.data)).toString();
  };

  test('is committed when it is answered, and the next one goes on from its end', async () => {
    expect(await runner.append(job, 'log', 0, bytes('hello '))).toEqual({ status: 200, end: 6 });
    expect(await stored()).toBe('hello ');
    expect(await runner.append(job, 'log', 6, bytes('world'))).toEqual({ status: 200, end: 11 });
    expect(await stored()).toBe('hello world');
  });

  test('that is repeated is stored once', async () => {
    for (let times = 0; times < 3; times++) {
      expect(await runner.append(job, 'log', 0, bytes('hello'))).toEqual({ status: 200, end: 5 });
    }
    expect(await stored()).toBe('hello');
  });

  test('that comes twice at the same time is stored once, and acknowledged to both', async () => {
    const { sql } = flotilla.service;
    await using first = await hold(
      sql,
      (tx) => tx`select from attempts where id = ${job.attemptId} for update`,
    );
    const appends = [
      runner.append(job, 'log', 0, bytes('hello')),
      runner.append(job, 'log', 0, bytes('hello')),
    ];
    await waitForBlocked(sql, 2);
    await first.release();
    expect(await Promise.all(appends)).toEqual([
      { status: 200, end: 5 },
      { status: 200, end: 5 },
    ]);
    expect(await stored()).toBe('hello');
  });

  test.each([
    ['behind the end', 7],
    ['over the end', 3],
  ])('%s stores nothing and says where the stream ends', async (_case, offset) => {
    await runner.append(job, 'log', 0, bytes('hello'));
    expect(await runner.append(job, 'log', offset, bytes('world'))).toEqual({ status: 409, end: 5 });
    expect(await stored()).toBe('hello');
  });

  test('to the Patch has a stream of its own', async () => {
    await runner.append(job, 'log', 0, bytes('log'));
    await runner.append(job, 'patch', 0, bytes('patch'));
    expect([await stored(0), await stored(1)]).toEqual(['log', 'patch']);
  });

  test('with another lease token is fenced and stores nothing', async () => {
    const stranger = { attemptId: job.attemptId, leaseToken: randomUUID() };
    expect((await runner.append(stranger, 'log', 0, bytes('x'))).status).toBe(410);
    expect((await runner.append({ ...job, attemptId: 999_999 }, 'log', 0, bytes('x'))).status).toBe(410);
    expect(await stored()).toBe('');
  });

  test('after the end of its Attempt is fenced and stores nothing', async () => {
    await runner.succeed(job);
    expect((await runner.append(job, 'log', 0, bytes('late'))).status).toBe(410);
    expect(await stored()).toBe('');
  });

  test('after its Attempt was released or lost is fenced', async () => {
    await runner.service.release(job);
    expect((await runner.append(job, 'log', 0, bytes('late'))).status).toBe(410);
    const next = await runner.claimOne();
    await flotilla.service.sql`
      update attempts set lease_expires_at = now() - interval '1 second' where id = ${next.attemptId}`;
    await loseAttempts(flotilla.service.sql, { cause: 'leaseExpired', seenAt: 'now' });
    expect((await runner.append(next, 'log', 0, bytes('late'))).status).toBe(410);
  });

  test('that waits while its lease is ended is fenced and stores nothing', async () => {
    const { sql } = flotilla.service;
    await sql`update attempts set lease_expires_at = now() - interval '1 second' where id = ${job.attemptId}`;
    // The janitor is in the middle of its statement: it has the row, and has not committed.
    await using janitor = await hold(sql, (tx) => loseAttempts(tx, { cause: 'leaseExpired', seenAt: 'now' }));
    const append = runner.append(job, 'log', 0, bytes('late'));
    await waitForBlocked(sql, 1);
    await janitor.release();
    expect((await append).status).toBe(410);
    expect(await stored()).toBe('');
  });

  test('that has the row when the lease ends is kept, and the Attempt is lost by the next look', async () => {
    const { sql } = flotilla.service;
    await sql`update attempts set lease_expires_at = now() - interval '1 second' where id = ${job.attemptId}`;
    await using writing = await hold(
      sql,
      (tx) => tx`select from attempts where id = ${job.attemptId} for update`,
    );
    const append = runner.append(job, 'log', 0, bytes('in time'));
    await waitForBlocked(sql, 1);
    expect(await loseAttempts(sql, { cause: 'leaseExpired', seenAt: 'now' })).toEqual([]);
    await writing.release();
    expect((await append).status).toBe(200);
    expect(await loseAttempts(sql, { cause: 'leaseExpired', seenAt: 'now' })).toMatchObject([
      { attemptId: job.attemptId },
    ]);
    expect(await stored()).toBe('in time');
  });

  test('above the size of one is refused whole', async () => {
    expect((await runner.append(job, 'log', 0, Buffer.alloc(maxAppendBytes + 1))).status).toBe(413);
    expect((await runner.append(job, 'log', 0, Buffer.alloc(maxAppendBytes))).status).toBe(200);
  });

  test('beyond the limit of its stream is refused, so that a runner that does not stop is stopped', async () => {
    const beyond = (1 + 16) * 1024 * 1024;
    expect((await runner.append(job, 'log', beyond, bytes('x'))).status).toBe(413);
    expect((await runner.append(job, 'patch', 50 * 1024 * 1024, bytes('x'))).status).toBe(413);
  });

  test.each([
    ['no body', 'log?offset=0', ''],
    ['no offset', 'log', 'x'],
    ['a wrong offset', 'log?offset=-1', 'x'],
    ['another stream', 'other?offset=0', 'x'],
  ])('with %s is refused with what it must be', async (_case, place, body) => {
    const response = await fetch(`${flotilla.url}/attempts/${job.attemptId}/${place}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${job.leaseToken}`, 'content-type': 'application/octet-stream' },
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      message: 'An append is POST /attempts/<id>/log|patch?offset=<n> with bytes.',
    });
  });
});

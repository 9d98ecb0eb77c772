import { randomUUID } from 'node:crypto';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requestCancellation } from '../../../service/src/executions/queries/requestCancellation.ts';
import { loseAttempts } from '../../../service/src/jobs/queries/loseAttempts.ts';
import { appendChunk } from '../../../service/src/logs/queries/appendChunk.ts';
import { startExecution } from '../../support/actionText.ts';
import { hold, waitForBlocked } from '../../support/holdPoints.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { logOf, type TestRunner } from '../../support/testRunner.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { untilEnded } from '../../support/untilEnded.ts';

const failed = {
  kind: 'failed',
  step: 0,
  exitCode: 2,
  outOfMemory: false,
  outOfDisk: false,
  lastLine: 'no such file',
} as const;

describe('a finish', () => {
  let flotilla: TestService;
  let runner: TestRunner;
  let job: ClaimedJob;

  beforeAll(async () => {
    flotilla = await testService({ repositories: (folder) => makeRepositories(folder, ['one']) });
    runner = await flotilla.connectRunner();
    return () => flotilla[Symbol.asyncDispose]();
  });

  /** An Attempt for each test; nothing of it is queued for the next one. */
  beforeEach(async () => {
    const { id: executionId } = await startExecution(flotilla.api);
    job = await runner.claimOne();
    return () => flotilla.api.executions.cancel.mutate({ executionId });
  });

  const jobNow = () => flotilla.api.jobs.get.query({ jobId: job.jobId });

  test.each([
    [{ kind: 'succeeded' } as const, 'succeeded', 'succeeded'],
    [failed, 'failed', 'failed'],
    [{ kind: 'timedOut', step: 0, seconds: 5, limit: 'job' } as const, 'timedOut', 'failed'],
    [{ kind: 'cancelled', step: null } as const, 'cancelled', 'cancelled'],
    [
      { kind: 'errored', reason: 'image', message: 'There is no image.', step: 0 } as const,
      'errored',
      'failed',
    ],
  ])('with the outcome %j ends Attempt, Job and Execution', async (outcome, state, executionState) => {
    expect(await runner.finish(job, outcome)).toEqual({ result: 'done' });
    expect(await jobNow()).toMatchObject({ state, outcome, patch: null, endedAt: expect.any(Number) });
    const [attempt] = await flotilla.api.attempts.list.query({ jobId: job.jobId });
    expect(attempt).toMatchObject({ state, outcome, endedAt: expect.any(Number) });
    expect(await untilEnded(flotilla, job.executionId)).toMatchObject({
      state: executionState,
      counts: { [state]: 1 },
    });
  });

  test('that is asked again is done, and changes nothing', async () => {
    await runner.finish(job, failed);
    const first = await jobNow();
    expect(await runner.finish(job, failed)).toEqual({ result: 'done' });
    expect(await runner.finish(job, { kind: 'succeeded' })).toEqual({ result: 'done' });
    expect(await jobNow()).toEqual(first);
  });

  test('whose bytes are not all there is incomplete, says where to go on from, and ends nothing', async () => {
    const log = await runner.writeLog(job, 'line 1');
    const ending = { logLength: log.length + 5 };
    expect(await runner.finish(job, failed, ending)).toEqual({
      result: 'incomplete',
      logLength: log.length,
      patchLength: 0,
    });
    expect((await jobNow()).state).toBe('running');
    await runner.append(job, 'log', log.length, Buffer.from('more.'));
    expect(await runner.finish(job, failed, ending)).toEqual({ result: 'done' });
  });

  test('whose Patch is not all there is incomplete', async () => {
    await runner.append(job, 'patch', 0, Buffer.from('diff'));
    const patch = { length: 10, sha256: 'a'.repeat(64), tree: 'b'.repeat(40) };
    expect(await runner.finish(job, { kind: 'succeeded' }, { patch })).toEqual({
      result: 'incomplete',
      logLength: 0,
      patchLength: 4,
    });
  });

  test('with another lease token, or of an Attempt that is not there, is fenced', async () => {
    expect(await runner.finish({ ...job, leaseToken: randomUUID() }, failed)).toEqual({ result: 'fenced' });
    expect(await runner.finish({ ...job, attemptId: 999_999 }, failed)).toEqual({ result: 'fenced' });
    expect((await jobNow()).state).toBe('running');
  });

  test('after the Attempt was released is fenced, and the Job keeps its place', async () => {
    await runner.service.release(job);
    expect(await runner.finish(job, failed)).toEqual({ result: 'fenced' });
    expect(await jobNow()).toMatchObject({ state: 'queued', attemptCount: 1 });
  });

  test('stores how far the Steps were', async () => {
    const step = {
      index: 0,
      state: 'failed',
      exitCode: 2,
      imageDigest: 'sha256:1',
      startedAt: 1000,
      endedAt: 2000,
    } as const;
    await runner.service.progress(job, [{ ...step, state: 'running', exitCode: null, endedAt: null }]);
    expect(await flotilla.api.attempts.list.query({ jobId: job.jobId })).toMatchObject([
      { state: 'running', steps: [{ state: 'running', title: 'true' }] },
    ]);
    await runner.finish(job, failed, { steps: [step] });
    expect(await flotilla.api.attempts.list.query({ jobId: job.jobId })).toMatchObject([{ steps: [step] }]);
  });

  test('stores an outcome also when its line was cut inside a character', async () => {
    const lastLine = '\ud83d';
    expect(await runner.finish(job, { ...failed, lastLine })).toEqual({ result: 'done' });
    expect(await jobNow()).toMatchObject({ outcome: { lastLine: '\ufffd' } });
  });

  test('that comes twice at the same time is done for both', async () => {
    const { sql } = flotilla.service;
    await using first = await hold(
      sql,
      (tx) => tx`select from attempts where id = ${job.attemptId} for update`,
    );
    const finishes = [runner.finish(job, failed), runner.finish(job, failed)];
    await waitForBlocked(sql, 1);
    await first.release();
    expect(await Promise.all(finishes)).toEqual([{ result: 'done' }, { result: 'done' }]);
  });

  test('that waits for an append ends the Attempt with the bytes of it', async () => {
    const { sql } = flotilla.service;
    const { attemptId, leaseToken } = job;
    const data = logOf('one');
    await using writing = await hold(sql, (tx) =>
      appendChunk(tx, { attemptId, leaseToken, stream: 'log', offset: 0, data }),
    );
    const finishing = runner.finish(job, { kind: 'succeeded' }, { logLength: data.length });
    await waitForBlocked(sql, 1);
    await writing.release();
    expect(await finishing).toEqual({ result: 'done' });
    expect(await jobNow()).toMatchObject({ state: 'succeeded' });
  });

  test('that waits while its lease is ended is fenced', async () => {
    const { sql } = flotilla.service;
    await sql`update attempts set lease_expires_at = now() - interval '1 second' where id = ${job.attemptId}`;
    await using janitor = await hold(sql, (tx) => loseAttempts(tx, { cause: 'leaseExpired', seenAt: 'now' }));
    const finishing = runner.finish(job, { kind: 'succeeded' });
    await waitForBlocked(sql, 1);
    await janitor.release();
    expect(await finishing).toEqual({ result: 'fenced' });
    expect(await jobNow()).toMatchObject({ state: 'queued' });
  });

  test('that meets a cancellation has one result, its own, when it was first', async () => {
    const { sql } = flotilla.service;
    // The cancellation has the Job's row, and has not committed; the finish waits for it and still finds the Job running.
    await using cancelling = await hold(sql, (tx) => requestCancellation(tx, job.executionId, 'Ada'));
    const finishing = runner.finish(job, { kind: 'succeeded' });
    await waitForBlocked(sql, 1);
    await cancelling.release();
    expect(await finishing).toEqual({ result: 'done' });
    expect(await jobNow()).toMatchObject({ state: 'succeeded' });
    expect(await untilEnded(flotilla, job.executionId)).toMatchObject({ state: 'succeeded' });
  });

  test('that has ended the Job leaves a cancellation nothing to do', async () => {
    await runner.succeed(job);
    const cancelled = await flotilla.api.executions.cancel.mutate({ executionId: job.executionId });
    expect(cancelled.state).toBe('succeeded');
    expect((await jobNow()).state).toBe('succeeded');
  });
});

import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import { beforeAll, expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { hold, waitForBlocked } from '../../support/holdPoints.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { untilEnded } from '../../support/untilEnded.ts';

const failed = {
  kind: 'failed',
  step: 0,
  exitCode: 1,
  outOfMemory: false,
  outOfDisk: false,
  lastLine: '',
} as const;

let flotilla: TestService;
beforeAll(async () => {
  flotilla = await testService({
    repositories: (folder) => makeRepositories(folder, ['one', 'three', 'two']),
    // The looks that nobody asks for never come.
    config: { janitorMs: 3_600_000 },
  });
  return () => flotilla[Symbol.asyncDispose]();
});

/** An Execution whose three Jobs have failed. */
async function failedExecution(values: Readonly<Record<string, unknown>> = {}) {
  const { id: executionId } = await startExecution(flotilla.api, values);
  const runner = await flotilla.connectRunner();
  for (const job of await runner.claim(3)) await runner.finish(job, failed);
  await untilEnded(flotilla, executionId);
  return { executionId, claim: (): Promise<ClaimedJob[]> => runner.claim(3) };
}

/** A rerun of all its Jobs that has not committed when the other call comes; both go on together. */
async function rerunBefore<T>(executionId: number, call: () => Promise<T>) {
  const { sql } = flotilla.service;
  await using execution = await hold(
    sql,
    (tx) => tx`select from executions where id = ${executionId} for update`,
  );
  const rerun = flotilla.api.executions.rerun.mutate({ executionId, scope: 'all' });
  await waitForBlocked(sql, 1);
  const answer = call();
  await waitForBlocked(sql, 2);
  await execution.release();
  expect(await rerun).toEqual({ jobs: 3 });
  return answer;
}

test('a cancellation that comes while a rerun commits ends the Jobs that were put back', async () => {
  const { executionId, claim } = await failedExecution();
  const cancelled = await rerunBefore(executionId, () =>
    flotilla.api.executions.cancel.mutate({ executionId }),
  );
  expect(cancelled).toMatchObject({ state: 'cancelled', counts: { queued: 0, cancelled: 3 } });
  expect(await claim()).toEqual([]);
});

test('a pause that comes while a rerun commits holds the Jobs that were put back', async () => {
  const { executionId, claim } = await failedExecution();
  const paused = await rerunBefore(executionId, () => flotilla.api.executions.pause.mutate({ executionId }));
  expect(paused).toMatchObject({ state: 'queued', held: 3, paused: { by: 'Ada' } });
  expect(await claim()).toEqual([]);
});

test('a resume that comes while a rerun commits looks no failure over that is tried again', async () => {
  const { executionId } = await failedExecution({ maxFailures: 3 });
  await flotilla.api.executions.pause.mutate({ executionId });
  await rerunBefore(executionId, () => flotilla.api.executions.resume.mutate({ executionId }));
  expect(
    await flotilla.service.sql`select failures_forgiven from executions where id = ${executionId}`,
  ).toEqual([{ failures_forgiven: 0 }]);
});

import { beforeAll, expect, test } from 'vitest';
import { removeExecution } from '../../../service/src/executions/queries/removeExecution.ts';
import { settlementKind } from '../../../service/src/executions/settlement/settlementKind.ts';
import type { SettlementStep } from '../../../service/src/executions/settlement/settlementStep.ts';
import { rerunJobs } from '../../../service/src/jobs/queries/rerunJobs.ts';
import type { WorkOutcome } from '../../../service/src/work/workOutcome.ts';
import { startExecution } from '../../support/actionText.ts';
import { hold, waitForBlocked } from '../../support/holdPoints.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { untilEnded } from '../../support/untilEnded.ts';
import { untilSettled } from '../../support/untilSettled.ts';
import { waitFor } from '../../support/waitFor.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

let flotilla: TestService;
beforeAll(async () => {
  flotilla = await testService({
    repositories: (folder) => makeRepositories(folder, ['one', 'two']),
    // The looks that nobody asks for never come.
    config: { janitorMs: 3_600_000 },
  });
  return () => flotilla[Symbol.asyncDispose]();
});

/** What is marked of the end of an Execution. */
async function endOf(executionId: number) {
  const { sql } = flotilla.service;
  const [row] = await sql<{ ended: boolean; ends: number; live: number }[]>`
    select ended_at is not null as ended, end_number as ends,
           (select count(*)::int from jobs where execution_id = executions.id
               and state in ('queued', 'running')) as live
      from executions where id = ${executionId}`;
  return row;
}

/** An Execution of two Jobs that have been claimed. */
async function twoClaimed() {
  const { id: executionId } = await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const [first, second] = await runner.claim(2);
  if (first === undefined || second === undefined) throw new Error('two Jobs were queued');
  return { executionId, runner, first, second };
}

async function endedExecution(): Promise<number> {
  const { executionId, runner, first, second } = await twoClaimed();
  await Promise.all([runner.succeed(first), runner.succeed(second)]);
  await untilEnded(flotilla, executionId);
  return executionId;
}

test('an Execution ends when its last Job has, at that time', async () => {
  const { executionId, runner, first, second } = await twoClaimed();
  await runner.succeed(first);
  const done = await listJobs(flotilla.api, executionId);
  expect(done.filter(({ endedAt }) => endedAt !== null)).toHaveLength(1);
  expect(await endOf(executionId)).toMatchObject({ ended: false, ends: 0 });
  await runner.finish(second, { kind: 'cancelled', step: null });
  const execution = await untilEnded(flotilla, executionId);
  const jobs = await listJobs(flotilla.api, executionId);
  expect(execution).toMatchObject({
    state: 'cancelled',
    endedAt: Math.max(...jobs.map(({ endedAt }) => endedAt ?? 0)),
  });
});

test('the last two Jobs of an Execution that end at the same moment, by two replicas, end it once', async () => {
  await using other = await testService({
    database: flotilla.database,
    repositoriesFolder: flotilla.repositoriesFolder,
    sharedFolder: flotilla.service.config.sharedFolder,
    config: { janitorMs: 3_600_000 },
  });
  const { sql } = flotilla.service;
  const { executionId, runner, first, second } = await twoClaimed();
  const elsewhere = await other.connectRunner();
  await using jobs = await hold(
    sql,
    (tx) => tx`select from jobs where execution_id = ${executionId} order by id for update`,
  );
  const ends = Promise.all([runner.succeed(first), elsewhere.succeed(second)]);
  await waitForBlocked(sql, 2);
  await jobs.release();
  await ends;
  await untilEnded(flotilla, executionId);
  // Both look; so does whoever comes later.
  await Promise.all([flotilla, other].map(({ service }) => service.settlement.settle(executionId)));
  expect(await endOf(executionId)).toEqual({ ended: true, ends: 1, live: 0 });
});

test('a rerun takes an end back that is marked at the same moment, and the next end has the next number', async () => {
  const { sql } = flotilla.service;
  const { executionId, runner, first, second } = await twoClaimed();
  await runner.succeed(first);
  await using execution = await hold(
    sql,
    (tx) => tx`select from executions where id = ${executionId} for update`,
  );
  await runner.succeed(second);
  // The mark is first, the rerun second.
  await waitForBlocked(sql, 1);
  const rerun = flotilla.api.executions.rerun.mutate({ executionId, scope: 'all' });
  await waitForBlocked(sql, 2);
  await execution.release();
  expect(await rerun).toEqual({ jobs: 2 });
  expect(await endOf(executionId)).toEqual({ ended: false, ends: 1, live: 2 });
  expect(await flotilla.api.executions.get.query({ executionId })).toMatchObject({ endedAt: null });
  for (const job of await runner.claim(2)) await runner.succeed(job);
  await untilEnded(flotilla, executionId);
  expect(await endOf(executionId)).toEqual({ ended: true, ends: 2, live: 0 });
});

test('what is rerun before its end was marked has not ended', async () => {
  const { sql, settlement } = flotilla.service;
  const executionId = await endedExecution();
  // As it was before the mark.
  await sql`update executions set ended_at = null, end_number = 0 where id = ${executionId}`;
  await using rerun = await hold(sql, (tx) =>
    rerunJobs(tx, { executionId, scope: 'all' }, { requestKey: null, by: 'Ada' }),
  );
  const settled = settlement.settle(executionId);
  await waitForBlocked(sql, 1);
  await rerun.release();
  await settled;
  expect(await endOf(executionId)).toMatchObject({ ended: false, ends: 0, live: 2 });
  await flotilla.api.executions.cancel.mutate({ executionId });
});

test('an end that is marked while the Execution is changed otherwise is looked at again, and marked', async () => {
  const { sql, settlement } = flotilla.service;
  const executionId = await endedExecution();
  await sql`update executions set ended_at = null, end_number = 0 where id = ${executionId}`;
  await using pause = await hold(
    sql,
    (tx) => tx`
      update executions set paused_at = now(), changed_xid = (pg_current_xact_id()::text)::bigint
       where id = ${executionId}`,
  );
  const settled = settlement.settle(executionId);
  await waitForBlocked(sql, 1);
  await pause.release();
  await settled;
  expect(await endOf(executionId)).toMatchObject({ ended: true, ends: 1 });
});

test('a cancellation and the last finish at the same moment end an Execution once', async () => {
  const { sql } = flotilla.service;
  const { executionId, runner, first, second } = await twoClaimed();
  await runner.succeed(first);
  await using job = await hold(sql, (tx) => tx`select from jobs where id = ${second.jobId} for update`);
  const finish = runner.succeed(second);
  await waitForBlocked(sql, 1);
  const cancel = flotilla.api.executions.cancel.mutate({ executionId });
  await waitForBlocked(sql, 2);
  await job.release();
  await Promise.all([finish, cancel]);
  await untilEnded(flotilla, executionId);
  expect(await endOf(executionId)).toEqual({ ended: true, ends: 1, live: 0 });
});

test('a cancellation of what nobody has claimed is answered with the end', async () => {
  const { id: executionId } = await startExecution(flotilla.api);
  expect(await flotilla.api.executions.cancel.mutate({ executionId })).toMatchObject({
    state: 'cancelled',
    endedAt: expect.any(Number),
  });
});

test('a rerun finds nothing more of an Execution that is being removed', async () => {
  const { sql } = flotilla.service;
  const executionId = await endedExecution();
  await untilSettled(flotilla);
  await sql`update executions set ended_at = now() - interval '11 days' where id = ${executionId}`;
  await using removal = await hold(sql, (tx) => removeExecution(tx, 10));
  const rerun = refusalOfCall(flotilla.api.executions.rerun.mutate({ executionId, scope: 'all' }));
  await waitForBlocked(sql, 1);
  await removal.release();
  expect(await rerun).toMatchObject({ flotilla: 'notFound' });
});

test('what a replica left that died before it could mark the end is marked by the next look', async () => {
  const { sql } = flotilla.service;
  const executionId = await endedExecution();
  await sql`update executions set ended_at = null, end_number = 0 where id = ${executionId}`;
  await using _started = await testService({
    database: flotilla.database,
    repositoriesFolder: flotilla.repositoriesFolder,
    sharedFolder: flotilla.service.config.sharedFolder,
    config: { janitorMs: 3_600_000 },
  });
  await untilEnded(flotilla, executionId);
  expect(await endOf(executionId)).toMatchObject({ ended: true, ends: 1 });
});

test('the steps of a settlement are done in their order, from the first again when one waits, and not for an end that was taken back', async () => {
  const { sql, hints, logger } = flotilla.service;
  const executionId = await endedExecution();
  const done: string[] = [];
  let waits: WorkOutcome | undefined = { kind: 'again', due: { afterMs: 1 }, reason: 'The host is resting.' };
  const step = (name: string, run: () => WorkOutcome): SettlementStep => ({
    name,
    run: async (_context, { end }) => {
      done.push(`${name} of end ${end}`);
      return run();
    },
  });
  const kind = settlementKind(
    { sql, hints, logger },
    [
      step('plan', () => ({ kind: 'done' })),
      step('update', () => waits ?? { kind: 'done' }),
      step('notice', () => ({ kind: 'done' })),
    ],
    60_000,
  );
  const settle = (end: number) =>
    kind.run(
      { lease: { id: 0, token: 0 }, key: String(executionId), payload: { executionId, end } },
      AbortSignal.timeout(10_000),
    );
  expect(await settle(1)).toEqual(waits);
  waits = undefined;
  expect(await settle(1)).toEqual({ kind: 'done' });
  await flotilla.api.executions.rerun.mutate({ executionId, scope: 'all' });
  expect(await settle(1)).toEqual({ kind: 'done' });
  expect(done).toEqual([
    'plan of end 1',
    'update of end 1',
    'plan of end 1',
    'update of end 1',
    'notice of end 1',
  ]);
  await flotilla.api.executions.cancel.mutate({ executionId });
  expect(await settle(1)).toEqual({ kind: 'done' });
  expect(done).toHaveLength(5);
  expect(await settle(2)).toEqual({ kind: 'done' });
  expect(done).toHaveLength(8);
});

test('nothing is owed when all ends are settled', async () => {
  await endedExecution();
  await waitFor('all work to be done', async () => (await flotilla.api.work.list.query({})).length === 0);
  expect(await flotilla.service.sql`select from executions where ended_at is null`).toEqual([]);
});

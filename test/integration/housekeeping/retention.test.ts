import { join } from 'node:path';
import type { ExecutionView } from '@flotilla/shared/views';
import { expect, test } from 'vitest';
import { removeExecution } from '../../../service/src/executions/queries/removeExecution.ts';
import { rerunJobs } from '../../../service/src/jobs/queries/rerunJobs.ts';
import { upsertSelection } from '../../../service/src/review/queries/upsertSelection.ts';
import { startExecution } from '../../support/actionText.ts';
import { hold, waitForBlocked } from '../../support/holdPoints.ts';
import { keepHouse, objectsOf } from '../../support/keepHouse.ts';
import { patchOf } from '../../support/patches.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { commitFiles, git, makeRepositories } from '../../support/repositories.ts';
import { sha256 } from '../../support/testRunner.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';
import { untilEnded } from '../../support/untilEnded.ts';
import { untilSettled } from '../../support/untilSettled.ts';
import { listJobs, watchRows } from '../../../scripts/launch/liveRows.ts';

/** A service that keeps Executions for ten days, and whose housekeeping a test does by hand. */
const open = (keepExecutionsDays = 10) =>
  testService({
    repositories: (folder) => makeRepositories(folder, ['one']),
    config: { housekeepingMs: 3_600_000, keepExecutionsDays },
  });

/** Runs an Execution of one Job, which writes a log and a Patch. */
async function endOne(flotilla: TestService): Promise<ExecutionView> {
  const execution = await startExecution(flotilla.api);
  await using runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  const log = await runner.writeLog(job, 'hello');
  const patch = await patchOf(join(flotilla.repositoriesFolder, 'one'), { write: { new: 'new\n' } });
  await runner.append(job, 'patch', 0, patch.bytes);
  const answer = await runner.finish(
    job,
    { kind: 'succeeded' },
    {
      logLength: log.length,
      streams: [{ step: 0, descriptor: 1, bytes: 6, sha256: sha256('hello\n') }],
      patch: { length: patch.bytes.length, sha256: sha256(patch.bytes), tree: patch.tree },
    },
  );
  expect(answer).toEqual({ result: 'done' });
  await untilEnded(flotilla, execution.id);
  return execution;
}

/** Moves everything that has happened so many days back. */
async function age(flotilla: TestService, days: number): Promise<void> {
  const { sql } = flotilla.service;
  await untilSettled(flotilla);
  const by = sql`make_interval(days => ${days})`;
  await sql`update executions set created_at = created_at - ${by}, ended_at = ended_at - ${by}`;
  await sql`update jobs set ended_at = ended_at - make_interval(days => ${days})`;
  await sql`update attempts set ended_at = ended_at - make_interval(days => ${days})`;
  await sql`update former_heads set moved_at = moved_at - make_interval(days => ${days})`;
}

async function idsOf({ api }: TestService): Promise<number[]> {
  return (await api.executions.list.query({})).map(({ id }) => id);
}

async function rowsOf({ service: { sql } }: TestService): Promise<Record<string, number>> {
  const [row] = await sql<Record<string, number>[]>`
    select (select count(*)::int from executions) as executions, (select count(*)::int from jobs) as jobs,
           (select count(*)::int from attempts) as attempts, (select count(*)::int from stream_chunks) as chunks,
           (select count(*)::int from review_selections) as selections,
           (select count(*)::int from execution_images) as images, (select count(*)::int from reruns) as reruns,
           (select count(*)::int from removed_executions where leftovers is not null) as leftovers`;
  return row ?? {};
}
const noRows = {
  executions: 0,
  jobs: 0,
  attempts: 0,
  chunks: 0,
  selections: 0,
  images: 0,
  reruns: 0,
  leftovers: 0,
};

const refsOf = ({ service: { mirrors } }: TestService) =>
  git(mirrors.pathOf(1), ['for-each-ref', '--format=%(refname)', 'refs/flotilla/']);

const headOf = ({ repositoriesFolder }: TestService) =>
  git(join(repositoriesFolder, 'one'), ['rev-parse', 'HEAD']);

async function moveHead(flotilla: TestService): Promise<void> {
  await commitFiles(join(flotilla.repositoriesFolder, 'one'), { moved: 'moved\n' }, 'Move');
  await flotilla.api.repositories.sync.mutate();
}

test('an Execution that ended long enough ago goes with all that belongs to it, and editors hear of it', async () => {
  await using flotilla = await open();
  const { sql } = flotilla.service;
  const { id } = await endOne(flotilla);
  const [job] = await listJobs(flotilla.api, id);
  if (job === undefined) throw new Error('the Execution has no Job');
  await flotilla.api.jobs.setIncluded.mutate({ jobId: job.id, path: null, included: false });
  await sql`insert into execution_images (execution_id, image, digest) values (${id}, 'a', 'sha256:a')`;
  await sql`insert into reruns (request_key, execution_id, jobs) values (gen_random_uuid(), ${id}, 1)`;
  await waitFor('the log to be sealed', async () => {
    const sealed = await sql`select from attempts where log_sealed_at is not null`;
    return sealed.length === 1;
  });
  await moveHead(flotilla);
  await age(flotilla, 9);
  await keepHouse(flotilla);
  expect(await idsOf(flotilla)).toEqual([id]);
  expect(await objectsOf(flotilla)).toHaveLength(2);

  const heard: number[] = [];
  let messages = 0;
  const subscription = watchRows(flotilla.api, {
    onChanges: (data) => {
      messages += 1;
      heard.push(...data.removed);
    },
  });
  await waitFor('the feed to begin', () => messages > 0);
  await age(flotilla, 2);
  await keepHouse(flotilla);
  await waitFor('the feed to say it', () => heard.includes(id));
  subscription.unsubscribe();
  expect(await rowsOf(flotilla)).toEqual(noRows);
  expect(await objectsOf(flotilla)).toEqual([]);
  expect(await refsOf(flotilla)).toBe(`refs/flotilla/pins/${await headOf(flotilla)}`);
  const refusal = await refusalOfCall(flotilla.api.executions.get.query({ executionId: id }));
  expect(refusal).toMatchObject({ flotilla: 'notFound', message: `There is no execution ${id}.` });
  expect(await sql`select actor, details from audit_events where event = 'execution.removed'`).toEqual([
    { actor: 'flotilla', details: { execution: id, action: 'example' } },
  ]);
});

test('by default Executions are kept for ever', async () => {
  await using flotilla = await open(0);
  const { id } = await endOne(flotilla);
  await age(flotilla, 10_000);
  await keepHouse(flotilla);
  expect(await idsOf(flotilla)).toEqual([id]);
});

test('an Execution that runs, waits, is paused or is being resolved stays, however old it is', async () => {
  await using flotilla = await open();
  const { sql } = flotilla.service;
  const running = await startExecution(flotilla.api);
  await using runner = await flotilla.connectRunner();
  await runner.claimOne();
  const paused = await startExecution(flotilla.api);
  await flotilla.api.executions.pause.mutate({ executionId: paused.id });
  const queued = await startExecution(flotilla.api);
  const ended = await startExecution(flotilla.api);
  await flotilla.api.executions.cancel.mutate({ executionId: ended.id });
  const resolving = await startExecution(flotilla.api);
  await flotilla.api.executions.cancel.mutate({ executionId: resolving.id });
  await sql`update executions set resolved_at = null, ended_at = null where id = ${resolving.id}`;
  await age(flotilla, 100);
  await keepHouse(flotilla);
  expect(await idsOf(flotilla)).toEqual([resolving.id, queued.id, paused.id, running.id]);
});

test('an Execution stays until its end has been settled', async () => {
  await using flotilla = await open();
  const { sql } = flotilla.service;
  const { id } = await endOne(flotilla);
  await age(flotilla, 11);
  await sql`
    insert into work (kind, key, payload, due_at)
    values ('settle', ${String(id)}, '{}', now() + interval '1 hour'), ('settle', '999999', '{}', now() + interval '1 hour')`;
  await keepHouse(flotilla);
  expect(await idsOf(flotilla)).toEqual([id]);
  await sql`delete from work where key = ${String(id)}`;
  await keepHouse(flotilla);
  expect(await idsOf(flotilla)).toEqual([]);
});

test('a rerun that is first keeps its Execution', async () => {
  await using flotilla = await open();
  const { sql } = flotilla.service;
  const { id } = await endOne(flotilla);
  await age(flotilla, 11);
  await using rerun = await hold(sql, (tx) =>
    rerunJobs(tx, { executionId: id, scope: 'all' }, { requestKey: null, by: 'Ada' }),
  );
  expect(await removeExecution(sql, 10)).toBeUndefined();
  await rerun.release();
  expect(await removeExecution(sql, 10)).toBeUndefined();
  expect(await rowsOf(flotilla)).toMatchObject({ executions: 1, jobs: 1, attempts: 1, leftovers: 0 });
});

test('an Execution of which somebody leaves something out as it is removed stays until the next round', async () => {
  await using flotilla = await open();
  const { sql } = flotilla.service;
  const { id } = await endOne(flotilla);
  const [job] = await listJobs(flotilla.api, id);
  if (job === undefined) throw new Error('the Execution has no Job');
  await age(flotilla, 11);
  const [ada] = await sql<{ id: string }[]>`select id from users where name = 'Ada'`;
  const user = { id: Number(ada?.id), name: 'Ada', role: 'member', sees: 'all' } as const;
  const selection = { jobId: job.id, path: null, included: false };
  await using review = await hold(sql, (tx) => upsertSelection(tx, user, selection));
  const keeping = keepHouse(flotilla);
  await waitForBlocked(sql, 1);
  await review.release();
  await keeping;
  expect(await idsOf(flotilla)).toEqual([id]);
  await keepHouse(flotilla);
  expect(await rowsOf(flotilla)).toEqual(noRows);
});

test('replicas that remove at the same moment remove each Execution once, and skip what another one holds', async () => {
  await using flotilla = await open();
  const { sql } = flotilla.service;
  for (let count = 0; count < 5; count++) await endOne(flotilla);
  await age(flotilla, 11);
  await Promise.all([keepHouse(flotilla), keepHouse(flotilla), keepHouse(flotilla)]);
  await keepHouse(flotilla);
  expect(await rowsOf(flotilla)).toEqual(noRows);
  expect(
    await sql`select count(*)::int as events from audit_events where event = 'execution.removed'`,
  ).toEqual([{ events: 5 }]);
});

test('what was left by a replica that was killed between the rows and the bytes goes in the next round', async () => {
  await using flotilla = await open();
  await endOne(flotilla);
  await age(flotilla, 11);
  await removeExecution(flotilla.service.sql, 10);
  expect(await rowsOf(flotilla)).toMatchObject({ executions: 0, chunks: 2, leftovers: 1 });
  expect(await refsOf(flotilla)).toContain('refs/flotilla/trees/');
  await keepHouse(flotilla);
  expect(await rowsOf(flotilla)).toEqual(noRows);
  expect(await refsOf(flotilla)).not.toContain('refs/flotilla/trees/');
});

test('a commit keeps its pin while a Job of another Execution works on it, or an Execution is being resolved', async () => {
  await using flotilla = await open();
  const { sql, mirrors } = flotilla.service;
  const commit = await headOf(flotilla);
  await endOne(flotilla);
  await age(flotilla, 11);
  const other = await startExecution(flotilla.api);
  await moveHead(flotilla);
  await keepHouse(flotilla);
  expect(await idsOf(flotilla)).toEqual([other.id]);
  expect(await mirrors.keeps(1, commit)).toBe(true);

  await flotilla.api.executions.cancel.mutate({ executionId: other.id });
  await age(flotilla, 11);
  const resolving = await startExecution(flotilla.api);
  await sql`update executions set resolved_at = null, ended_at = null where id = ${resolving.id}`;
  await keepHouse(flotilla);
  expect(await idsOf(flotilla)).toEqual([resolving.id]);
  expect(await mirrors.keeps(1, commit)).toBe(true);
  await sql`update executions set resolved_at = now() where resolved_at is null`;
  await keepHouse(flotilla);
  expect(await mirrors.keeps(1, commit)).toBe(false);
});

test('a commit keeps its pin while somebody looks at a scope that names it, and both go when that has expired', async () => {
  await using flotilla = await open();
  const { sql, mirrors } = flotilla.service;
  const commit = await headOf(flotilla);
  await endOne(flotilla);
  await flotilla.api.scopes.preview.query({ query: 'repo:' });
  await moveHead(flotilla);
  await age(flotilla, 11);
  await keepHouse(flotilla);
  expect(await idsOf(flotilla)).toEqual([]);
  expect(await mirrors.keeps(1, commit)).toBe(true);

  // Whoever has confirmed it at the last moment is about to name it.
  await sql`update kept_scopes set expires_at = now() - interval '1 second'`;
  await sql`update mirrors set pins_due_at = now()`;
  await keepHouse(flotilla);
  expect(await mirrors.keeps(1, commit)).toBe(true);

  await sql`update kept_scopes set expires_at = now() - interval '2 minutes'`;
  await sql`update mirrors set pins_due_at = now()`;
  await keepHouse(flotilla);
  expect(await mirrors.keeps(1, commit)).toBe(false);
  expect(await sql`select from kept_scopes`).toEqual([]);
});

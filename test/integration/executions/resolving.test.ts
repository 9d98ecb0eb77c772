import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { announceExecution } from '../../../service/src/executions/queries/announceExecution.ts';
import {
  insertExecution,
  type BegunExecution,
} from '../../../service/src/executions/queries/insertExecution.ts';
import { insertJobs } from '../../../service/src/executions/queries/insertJobs.ts';
import { resolutionKind } from '../../../service/src/executions/resolutionKind.ts';
import { withdrawExecution } from '../../../service/src/executions/queries/withdrawExecution.ts';
import { executionRequest, startExecution } from '../../support/actionText.ts';
import { hold, waitForBlocked } from '../../support/holdPoints.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { git, makeRepositories } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';
import { untilEnded } from '../../support/untilEnded.ts';
import { listJobs, watchRows } from '../../../scripts/launch/liveRows.ts';

const open = () =>
  testService({
    repositories: (folder) => makeRepositories(folder, ['one', 'two']),
    config: { janitorMs: 50 },
  });

/** What a replica leaves that is killed between the row of an Execution and its Jobs. */
async function beginAndDie(
  flotilla: TestService,
  leaseMs: number,
  request = executionRequest(),
): Promise<BegunExecution> {
  const { sql } = flotilla.service;
  const saved = await flotilla.api.actions.save.mutate(request);
  const [row] =
    await sql`select definition, created_by from action_versions where version = ${saved.version}`;
  const begun = await insertExecution(
    sql,
    {
      requestKey: request.requestKey,
      actionId: saved.actionId,
      actionVersion: saved.version,
      definition: { ...row?.['definition'], image: 'ubuntu:24.04' },
      createdBy: Number(row?.['created_by']),
      request: { repositories: request.repositories },
    },
    { holder: 'dead', leaseMs },
  );
  if (begun === undefined) throw new Error('the Execution was not made');
  return begun;
}

const jobsOf = (flotilla: TestService, { executionId }: BegunExecution) =>
  waitFor('the Execution to have its Jobs', async () => {
    const jobs = await listJobs(flotilla.api, executionId);
    return jobs.length > 0 && jobs;
  });

test('an Execution whose replica died before its Jobs were made is resumed when the lease has run out', async () => {
  await using flotilla = await open();
  const begun = await beginAndDie(flotilla, 300);
  expect((await flotilla.api.executions.get.query({ executionId: begun.executionId })).state).toBe(
    'resolving',
  );
  const jobs = await jobsOf(flotilla, begun);
  expect(jobs.map(({ repository, state }) => [repository, state])).toEqual([
    ['one', 'queued'],
    ['two', 'queued'],
  ]);
  const { sql } = flotilla.service;
  expect(await sql`select count(*)::int as n from audit_events where event = 'execution.started'`).toEqual([
    { n: 1 },
  ]);
});

test('who repeats the request of a replica that died gets the same Execution, with its Jobs', async () => {
  await using flotilla = await open();
  const request = executionRequest();
  const begun = await beginAndDie(flotilla, 300, request);
  const execution = await flotilla.api.executions.create.mutate(request);
  expect(execution).toMatchObject({ id: begun.executionId, state: 'queued', counts: { queued: 2 } });
});

test('only who has the resolution makes the Jobs, and makes them once', async () => {
  await using flotilla = await open();
  const { sql } = flotilla.service;
  const begun = await beginAndDie(flotilla, 60_000);
  const [taken] = await sql<
    { token: string }[]
  >`update work set token = nextval('work_tokens') returning token`;
  const other = { ...begun, lease: { ...begun.lease, token: Number(taken?.token) } };
  const [row] = await sql`select definition from executions`;
  const { targets } = await flotilla.api.scopes.preview.query({ query: 'repo:' });
  const scope = { definition: row?.['definition'], userId: 1, targets, fair: false };
  expect(await insertJobs(sql, { ...scope, begun })).toBe(false);
  expect(await withdrawExecution(sql, begun)).toBe(false);
  expect(await insertJobs(sql, { ...scope, begun: other })).toBe(true);
  expect(await insertJobs(sql, { ...scope, begun: other })).toBe(false);
  expect(await withdrawExecution(sql, other)).toBe(false);
  expect(await sql`select count(*)::int as n from jobs`).toEqual([{ n: 2 }]);
});

test('what a client left that went away while the scope was resolved is gone on with at once', async () => {
  await using flotilla = await open();
  const { sql } = flotilla.service;
  // The hold point: the resolution reads the repositories.
  await using held = await hold(sql, (tx) => tx`lock table repositories in access exclusive mode`);
  const asked = flotilla.api.executions.create.mutate(executionRequest()).catch(() => 'lost');
  await waitFor('the resolution to be under way', async () => {
    const [row] = await flotilla.api.work.list.query({});
    return row?.state === 'running' && row;
  });
  await waitForBlocked(sql, 1);
  flotilla.cutConnections();
  expect(await asked).toBe('lost');
  await held.release();
  // Its lease is half a minute.
  await waitFor('the Execution to have its Jobs', async () => {
    const [execution] = await flotilla.api.executions.list.query({});
    return execution?.state === 'queued';
  });
  await waitFor('nothing more to be owed', async () => (await flotilla.api.work.list.query({})).length === 0);
});

test('an Execution that is cancelled while its scope is resolved starts no Job', async () => {
  await using flotilla = await open();
  const begun = await beginAndDie(flotilla, 500);
  await flotilla.api.executions.cancel.mutate({ executionId: begun.executionId });
  expect((await jobsOf(flotilla, begun)).map((job) => job.state)).toEqual(['cancelled', 'cancelled']);
  expect(await untilEnded(flotilla, begun.executionId)).toMatchObject({ state: 'cancelled' });
});

test('a scope that matches nothing is refused with the reasons, and leaves nothing', async () => {
  await using flotilla = await open();
  const refusal = await refusalOfCall(
    startExecution(flotilla.api, { name: 'nothing', scopeQuery: 'repo:nowhere' }),
  );
  expect(refusal).toMatchObject({ flotilla: 'scope.empty' });
  expect(refusal.message).toContain('one: does not match repo:nowhere');
  expect(await flotilla.api.executions.list.query({})).toEqual([]);
});

/** Lets no Jobs be made from now on, for a cause that does not pass by itself. */
const refuseJobs = ({ service: { sql } }: TestService) =>
  sql`alter table audit_events add constraint refused check (event <> 'execution.started') not valid`;

test('what goes wrong while the Jobs are made is answered at once, and leaves nothing', async () => {
  await using flotilla = await open();
  const { sql } = flotilla.service;
  await refuseJobs(flotilla);
  const request = executionRequest();
  expect(await refusalOfCall(flotilla.api.executions.create.mutate(request))).toMatchObject({
    code: 'INTERNAL_SERVER_ERROR',
  });
  expect(await flotilla.api.executions.list.query({})).toEqual([]);
  expect(await sql`select from work`).toEqual([]);
  await sql`alter table audit_events drop constraint refused`;
  expect(await flotilla.api.executions.create.mutate(request)).toMatchObject({ state: 'queued' });
});

test.each([
  ['a scope that is refused is a warning', executionRequest({ scopeQuery: 'repo:(' }), 'warn'],
  ['what goes wrong is an error', executionRequest(), 'error'],
] as const)('of an Execution that was left %s in the log, and nothing stays', async (_, request, level) => {
  await using flotilla = await open();
  const { service } = flotilla;
  const { executionId, lease } = await beginAndDie(flotilla, 600_000, request);
  await refuseJobs(flotilla);
  const logged: string[] = [];
  const logger = { warn: () => logged.push('warn'), error: () => logged.push('error') };
  const kind = resolutionKind({ ...service, fair: false, leaseMs: 600_000, logger });
  const signal = AbortSignal.timeout(60_000);
  expect(await kind.run({ lease, key: `${executionId}`, payload: { executionId } }, signal)).toEqual({
    kind: 'done',
  });
  expect(logged).toEqual([level]);
  expect(await flotilla.api.executions.list.query({})).toEqual([]);
});

test.each(['the feed announced', 'was listed'] as const)(
  'an editor hears that an Execution is gone which %s while its scope was resolved, when that turns out to be empty',
  async (how) => {
    await using flotilla = await open();
    const { sql, hints } = flotilla.service;
    const shown = new Map<number, string>();
    let messages = 0;
    const subscription = watchRows(flotilla.api, {
      onChanges: (data) => {
        messages += 1;
        for (const { id, state } of data.executions) shown.set(id, state);
        for (const id of data.removed) shown.delete(id);
      },
    });
    await waitFor('the feed to begin', () => messages > 0);
    const begun = await beginAndDie(
      flotilla,
      60_000,
      executionRequest({ name: 'nothing', scopeQuery: 'repo:nowhere' }),
    );
    if (how === 'was listed') {
      for (const { id, state } of await flotilla.api.executions.list.query({})) shown.set(id, state);
    } else {
      // What the replica did before it died, because it took long.
      await announceExecution(sql, begun.executionId);
      hints.publish('changes');
    }
    await waitFor('the editor to show it', () => shown.get(begun.executionId) === 'resolving');
    await sql`update work set lease_until = now()`;
    hints.publish('work');
    await waitFor('the editor to show it no more', () => shown.size === 0);
    subscription.unsubscribe();
    expect(await flotilla.api.executions.list.query({})).toEqual([]);
  },
);

test('Executions over one commit share its pin, and none is written when one is started', async () => {
  await using flotilla = await open();
  const request = { ...executionRequest(), requestKey: randomUUID() };
  const execution = await flotilla.api.executions.create.mutate(request);
  const [job] = await listJobs(flotilla.api, execution.id);
  if (job === undefined) throw new Error('the Execution has no Job');
  const { mirrors } = flotilla.service;
  expect(await mirrors.keeps(job.repositoryId, job.baseRevision)).toBe(true);
  expect(await mirrors.keeps(job.repositoryId, 'f'.repeat(40))).toBe(false);
  const mirror = mirrors.pathOf(job.repositoryId);
  const pins = await git(mirror, ['for-each-ref', '--format=%(refname)', 'refs/flotilla/']);
  expect(pins).toBe(join('refs/flotilla/pins', job.baseRevision));
  // A pin that git has packed is one as well: the next scan has nothing to fetch.
  await git(mirror, ['pack-refs', '--all']);
  expect(await mirrors.keeps(job.repositoryId, job.baseRevision)).toBe(true);
  expect(await flotilla.api.repositories.sync.mutate()).toMatchObject({ changed: 0 });
});

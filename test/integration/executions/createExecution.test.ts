import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { insertExecution } from '../../../service/src/executions/queries/insertExecution.ts';
import { insertJobs } from '../../../service/src/executions/queries/insertJobs.ts';
import { actionText, executionRequest, startExecution } from '../../support/actionText.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { commitFiles, git, makeRepositories } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

const twoRepositories = (folder: string) => makeRepositories(folder, ['one', 'two']);

test('an Execution has one queued Job per Target', async () => {
  await using flotilla = await testService({ repositories: twoRepositories });
  const execution = await startExecution(flotilla.api, { name: 'tidy' });
  expect(execution).toMatchObject({
    actionName: 'tidy',
    actionVersion: 1,
    scopeQuery: 'repo:',
    state: 'queued',
    counts: { queued: 2, running: 0 },
    createdBy: 'Ada',
    mine: true,
    startedAt: null,
    endedAt: null,
  });
  const jobs = await listJobs(flotilla.api, execution.id);
  expect(jobs.map(({ repository, state, baseRef }) => [repository, state, baseRef])).toEqual([
    ['one', 'queued', 'refs/heads/main'],
    ['two', 'queued', 'refs/heads/main'],
  ]);
});

test('the same request again is the same Execution, also when both come at the same time', async () => {
  await using flotilla = await testService({ repositories: twoRepositories });
  const request = executionRequest();
  const created = await Promise.all(
    Array.from({ length: 6 }, () =>
      flotilla.connectEditor(flotilla.userToken).api.executions.create.mutate(request),
    ),
  );
  expect(new Set(created.map((execution) => execution.id)).size).toBe(1);
  expect((await flotilla.api.executions.create.mutate(request)).id).toBe(created[0]?.id);
  expect(await flotilla.service.sql`select count(*)::int as jobs from jobs`).toEqual([{ jobs: 2 }]);
  expect(
    await flotilla.service.sql`select count(*)::int as n from audit_events where event = 'execution.started'`,
  ).toEqual([{ n: 1 }]);
});

test('an Execution can be limited to repositories by id, and by name as editors of before do', async () => {
  await using flotilla = await testService({ repositories: twoRepositories });
  const { repositories, executions, jobs } = flotilla.api;
  const two = (await repositories.list.query()).find(({ name }) => name === 'two');
  for (const chosen of [[two?.id ?? 0], ['two']]) {
    const { id } = await executions.create.mutate({ ...executionRequest(), repositories: chosen });
    expect((await listJobs({ jobs }, id)).map((job) => job.repository)).toEqual(['two']);
  }
});

test('either all Jobs are made or nothing', async () => {
  await using flotilla = await testService({ repositories: twoRepositories });
  const { sql } = flotilla.service;
  const { actionId, version } = await flotilla.api.actions.save.mutate(executionRequest());
  const { targets } = await flotilla.api.scopes.preview.query({ query: 'repo:' });
  const [row] = await sql`select definition from action_versions`;
  const definition = row?.['definition'];
  const begun = await insertExecution(
    sql,
    {
      requestKey: randomUUID(),
      actionId,
      actionVersion: version,
      definition,
      createdBy: 1,
      request: { repositories: null },
    },
    { holder: 'test', leaseMs: 60_000 },
  );
  if (begun === undefined) throw new Error('the Execution was not made');
  const insert = insertJobs(sql, {
    begun,
    definition,
    userId: 1,
    fair: false,
    // The second Target is in no table.
    targets: targets.map((target, index) => (index === 1 ? { ...target, repositoryId: 999_999 } : target)),
  });
  await expect(insert).rejects.toMatchObject({ code: '23503' });
  expect(
    await sql`
      select count(*)::int as jobs, (select resolved_at is null from executions) as resolving from jobs`,
  ).toEqual([{ jobs: 0, resolving: true }]);
});

test('the commit of a Job survives a force-push, a scan and a collection of garbage', async () => {
  await using flotilla = await testService({ repositories: twoRepositories });
  const execution = await startExecution(flotilla.api);
  const [job] = await listJobs(flotilla.api, execution.id);
  if (job === undefined) throw new Error('the Execution has no Job');
  const source = join(flotilla.repositoriesFolder, job.repository);
  await git(source, ['checkout', '--quiet', '--orphan', 'fresh']);
  await commitFiles(source, { 'other.txt': 'other\n' }, 'All new');
  await git(source, ['branch', '--force', 'main']);
  await git(source, ['checkout', '--quiet', 'main']);
  await flotilla.api.repositories.sync.mutate();
  const mirror = flotilla.service.mirrors.pathOf(job.repositoryId);
  await git(mirror, ['reflog', 'expire', '--expire=now', '--all']);
  await git(mirror, ['gc', '--quiet', '--prune=now']);
  expect(await git(mirror, ['cat-file', '-t', job.baseRevision])).toBe('commit');
  expect(await git(mirror, ['rev-parse', `refs/flotilla/pins/${job.baseRevision}`])).toBe(job.baseRevision);
  // A later Execution takes the new head.
  const later = await startExecution(flotilla.api);
  const [laterJob] = await listJobs(flotilla.api, later.id);
  expect(laterJob?.baseRevision).toBe(await git(source, ['rev-parse', 'main']));
});

test('a later version of the Action changes no Execution that was started before', async () => {
  await using flotilla = await testService({ repositories: twoRepositories });
  const older = await startExecution(flotilla.api, { name: 'tidy', env: { LEVEL: 'one' } });
  const newer = await startExecution(flotilla.api, { name: 'tidy', env: { LEVEL: 'two' } });
  expect([older.actionVersion, newer.actionVersion]).toEqual([1, 2]);
  const runner = await flotilla.connectRunner();
  const jobs = await runner.claim(4);
  expect(jobs.map((job) => [job.executionId, job.env])).toEqual([
    [older.id, { LEVEL: 'one' }],
    [older.id, { LEVEL: 'one' }],
    [newer.id, { LEVEL: 'two' }],
    [newer.id, { LEVEL: 'two' }],
  ]);
});

test("an Execution keeps the service's default image of its day", async () => {
  await using flotilla = await testService({
    repositories: twoRepositories,
    config: { defaultImage: 'debian:13' },
  });
  await startExecution(flotilla.api);
  await using later = await sameDatabase(flotilla, 'ubuntu:26.04');
  const runner = await later.connectRunner();
  expect((await runner.claimOne()).steps[0]?.image).toBe('debian:13');
});

function sameDatabase(flotilla: TestService, defaultImage: string): Promise<TestService> {
  const { dataFolder } = flotilla.service.config;
  return testService({ database: flotilla.database, dataFolder, config: { defaultImage } });
}

test('a text that started from another version than the latest starts nothing', async () => {
  await using flotilla = await testService({ repositories: twoRepositories });
  await startExecution(flotilla.api, { name: 'tidy' });
  await startExecution(flotilla.api, { name: 'tidy', description: 'newer' });
  const request = {
    ...executionRequest(),
    text: actionText({ name: 'tidy', description: 'mine' }),
    baseVersion: 1,
  };
  expect(await refusalOfCall(flotilla.api.executions.create.mutate(request))).toMatchObject({
    code: 'CONFLICT',
    flotilla: 'action.conflict',
  });
  expect(await flotilla.api.executions.list.query({})).toHaveLength(2);
});

test('Executions are listed newest first; one that is not there is said to be so', async () => {
  await using flotilla = await testService({ repositories: twoRepositories });
  const first = await startExecution(flotilla.api);
  const second = await startExecution(flotilla.api);
  const listed = await flotilla.api.executions.list.query({ limit: 5 });
  expect(listed.map((execution) => execution.id)).toEqual([second.id, first.id]);
  expect(await flotilla.api.executions.list.query({ limit: 1 })).toHaveLength(1);
  expect(await refusalOfCall(flotilla.api.executions.get.query({ executionId: 999 }))).toMatchObject({
    flotilla: 'notFound',
    message: 'There is no execution 999.',
  });
});

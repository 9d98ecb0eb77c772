import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Definition } from '@flotilla/shared/definition/definition';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import type { Target } from '@flotilla/shared/target/target';
import { targetFileNames } from '@flotilla/shared/target/targetFileNames';
import { targetNames } from '@flotilla/shared/target/targetNames';
import type { JobView } from '@flotilla/shared/views';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertExecution } from '../../../service/src/executions/queries/insertExecution.ts';
import { insertJobs } from '../../../service/src/executions/queries/insertJobs.ts';
import { executionRequest, startExecution } from '../../support/actionText.ts';
import { patchOf } from '../../support/patches.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { git, makeRepository } from '../../support/repositories.ts';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporaryFolder.ts';
import type { TestRunner } from '../../support/testRunner.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

let folder: TemporaryFolder;
let flotilla: TestService;
let runner: TestRunner;

/** A service with two hosts, each with a repository `web` of its own. */
beforeAll(async () => {
  folder = await temporaryFolder();
  for (const host of ['here', 'there']) {
    const files = { 'name.txt': `${host}\n`, 'apps/a/x': 'x\n', 'apps/b/x': 'x\n' };
    await makeRepository(sourceOf(host), { files });
  }
  const repositories = ['here', 'there'].map((name) => ({ name, folder: join(folder.path, name) }));
  flotilla = await testService({ config: { repositories } });
  runner = await flotilla.connectRunner();
});
afterAll(async () => {
  await flotilla[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** Where the repository of a host is. */
function sourceOf(host: string): string {
  return join(folder.path, host, 'web');
}

const jobsOf = (executionId: number) => listJobs(flotilla.api, executionId);
const places = (targets: readonly Pick<ClaimedJob, 'codeHost' | 'repository' | 'baseRef' | 'directory'>[]) =>
  targets.map(({ codeHost, repository, baseRef, directory }) => [codeHost, repository, baseRef, directory]);

/** The Patch of a Job without what was left out, as *Save Patches…* gets it. */
async function includedPatch({ patch }: JobView): Promise<string> {
  const response = await fetch(`${flotilla.url}/attempts/${patch?.attemptId}/patch/included`, {
    headers: { authorization: `Bearer ${flotilla.userToken}` },
  });
  expect(response.status).toBe(200);
  return response.text();
}

/** Hands in a Patch that writes files. */
async function change(job: ClaimedJob, write: Readonly<Record<string, string>>): Promise<void> {
  const answer = await runner.succeed(job, await patchOf(sourceOf(job.codeHost ?? ''), { write }));
  expect(answer.result).toBe('done');
}

describe('two hosts with a repository of one name', () => {
  let here: Target;
  let there: Target;
  beforeAll(async () => {
    const { targets } = await flotilla.api.scopes.preview.query({ query: 'repo:^web$' });
    const [first, second, ...others] = targets;
    if (first === undefined || second === undefined || others.length > 0)
      throw new Error('other Targets are in scope');
    here = first;
    there = second;
  });

  test('are two Targets of a scope, each of its own host, repository and commit', () => {
    expect(places([here, there])).toEqual([
      ['here', 'web', 'refs/heads/main', ''],
      ['there', 'web', 'refs/heads/main', ''],
    ]);
    for (const part of ['codeHostId', 'repositoryId', 'baseRevision'] as const)
      expect(here[part]).not.toBe(there[part]);
  });

  test('are left out each by itself, and told apart in the refusal', async () => {
    const { leftOut } = await flotilla.api.scopes.preview.query({ query: 'repo:nothing' });
    expect(leftOut.map(({ codeHost, repositoryId }) => [codeHost, repositoryId])).toEqual([
      ['here', here.repositoryId],
      ['there', there.repositoryId],
    ]);
    const refusal = await refusalOfCall(startExecution(flotilla.api, { scopeQuery: 'repo:nothing' }));
    expect(refusal.message).toContain('(here/web: does not match repo:nothing; there/web: does not match');
  });

  test('are chosen by id', async () => {
    const request = { ...executionRequest(), repositories: [there.repositoryId] };
    const { id } = await flotilla.api.executions.create.mutate(request);
    expect(places(await jobsOf(id))).toEqual(places([there]));
    await runner.succeed(await runner.claimOne());
  });

  test('have a Job each, which is claimed, patched and saved as its own', async () => {
    const { id } = await startExecution(flotilla.api);
    const claimed = await runner.claim(2);
    expect(places(claimed)).toEqual(places([here, there]));
    expect(claimed.map(({ repositoryId }) => repositoryId)).toEqual([here.repositoryId, there.repositoryId]);
    const { runnerId } = runner.hello;
    expect(places(await flotilla.api.runners.jobs.query({ runnerId }))).toEqual(places([here, there]));
    for (const job of claimed) await change(job, { 'name.txt': `${job.codeHost} changed\n` });

    const jobs = await jobsOf(id);
    expect(jobs.map(targetNames(jobs))).toEqual(['here/web', 'there/web']);
    const files = jobs.map(targetFileNames(jobs, '.patch'));
    expect(files).toEqual(['here__web.patch', 'there__web.patch']);
    for (const job of jobs) {
      const patch = await includedPatch(job);
      expect(patch).toContain(`-${job.codeHost}\n+${job.codeHost} changed\n`);
      await git(sourceOf(job.codeHost), ['apply', '--check', '-'], 'utf8', patch);
    }
  });
});

describe('one repository with two Jobs in an Execution', () => {
  let jobs: JobView[];
  beforeAll(async () => {
    const scope = await flotilla.api.scopes.preview.query({ query: 'repo:' });
    const [whole] = scope.targets;
    if (whole === undefined) throw new Error('nothing is in scope');
    const executionId = await insert([
      { ...whole, directory: 'apps/a' },
      { ...whole, directory: 'apps/b' },
    ]);
    for (const job of await runner.claim(2))
      await change(job, { [`${job.directory}/x`]: 'y\n', [`${job.directory}/new`]: 'new\n' });
    jobs = await jobsOf(executionId);
  });

  test('has them listed with their directories, which are in their names', () => {
    expect(jobs.map(({ directory }) => directory)).toEqual(['apps/a', 'apps/b']);
    expect(jobs.map(targetNames(jobs))).toEqual(['web:apps/a', 'web:apps/b']);
    expect(jobs.map(targetFileNames(jobs, '.patch'))).toEqual(['web_apps__a.patch', 'web_apps__b.patch']);
  });

  test('has changed files and a selection for each', async () => {
    const [a, b] = jobs;
    if (a === undefined || b === undefined) throw new Error('there are no two Jobs');
    const pathsOf = async (job: JobView) =>
      (await flotilla.api.jobs.changedFiles.query({ jobId: job.id }))
        .filter(({ included }) => included)
        .map(({ path }) => path);
    expect(await pathsOf(a)).toEqual(['apps/a/new', 'apps/a/x']);
    await flotilla.api.jobs.setIncluded.mutate({ jobId: a.id, path: 'apps/a/new', included: false });
    await flotilla.api.jobs.setIncluded.mutate({ jobId: b.id, path: null, included: false });
    expect(await pathsOf(a)).toEqual(['apps/a/x']);
    expect(await pathsOf(b)).toEqual(['apps/b/new', 'apps/b/x']);
    expect((await jobsOf(a.executionId)).map(({ included }) => included)).toEqual([true, false]);
    expect(await includedPatch(a)).not.toContain('apps/a/new');
    expect(await includedPatch(b)).toContain('apps/b/new');
  });

  test('cannot have two of the same branch and directory', async () => {
    const [target] = jobs;
    if (target === undefined) throw new Error('there is no Job');
    await expect(insert([target, target])).rejects.toMatchObject({ constraint_name: 'jobs_target' });
    expect(await runner.claim()).toEqual([]);
  });
});

/** An Execution over just these Targets, which no scope query means yet. */
async function insert(targets: readonly Target[]): Promise<number> {
  const { sql } = flotilla.service;
  const { actionId, version } = await flotilla.api.actions.save.mutate(executionRequest());
  const [row] = await sql<{ definition: Definition }[]>`
    select definition from action_versions where action_id = ${actionId} and version = ${version}`;
  if (row === undefined) throw new Error('the Action was not saved');
  const definition = { ...row.definition, image: 'none' };
  const execution = {
    requestKey: randomUUID(),
    actionId,
    actionVersion: version,
    definition,
    createdBy: 1,
    request: { repositories: null },
  };
  const begun = await insertExecution(sql, execution, { holder: 'test', leaseMs: 60_000 });
  if (begun === undefined) throw new Error('the Execution was not made');
  await insertJobs(sql, { begun, definition, userId: 1, fair: false, targets });
  return begun.executionId;
}

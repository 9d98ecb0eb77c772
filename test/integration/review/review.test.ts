import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { patchOf } from '../../support/patches.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { makeRepository } from '../../support/repositories.ts';
import { testService } from '../../support/testService.ts';

async function reviewed() {
  const flotilla = await testService({
    repositories: (folder) =>
      makeRepository(join(folder, 'one'), { files: { 'a.txt': 'a\n', 'b.txt': 'b\n' } }),
  });
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  const changes = { write: { 'a.txt': 'A\n', 'b.txt': 'B\n' } };
  await runner.succeed(job, await patchOf(join(flotilla.repositoriesFolder, 'one'), changes));
  return { flotilla, jobId: job.jobId };
}

test('everything is in until a reviewer leaves it out; what was left out is kept for everybody', async () => {
  const { flotilla, jobId } = await reviewed();
  await using _flotilla = flotilla;
  const files = async () =>
    Object.fromEntries(
      (await flotilla.api.jobs.changedFiles.query({ jobId })).map(({ path, included }) => [path, included]),
    );
  expect((await flotilla.api.jobs.get.query({ jobId })).included).toBe(true);
  expect(await files()).toEqual({ 'a.txt': true, 'b.txt': true });
  const { setIncluded } = flotilla.api.jobs;
  expect(await setIncluded.mutate({ jobId, path: 'a.txt', included: false })).toMatchObject({
    included: true,
  });
  expect(await files()).toEqual({ 'a.txt': false, 'b.txt': true });
  expect(await setIncluded.mutate({ jobId, path: null, included: false })).toMatchObject({ included: false });
  const other = flotilla.connectEditor(await flotilla.createUserToken('Grace', 'reader'));
  expect(await other.api.jobs.get.query({ jobId })).toMatchObject({ included: false });
  await using restarted = await testService({
    database: flotilla.database,
    dataFolder: flotilla.service.config.dataFolder,
  });
  expect(await restarted.api.jobs.get.query({ jobId })).toMatchObject({ included: false });
  await setIncluded.mutate({ jobId, path: null, included: true });
  await setIncluded.mutate({ jobId, path: 'a.txt', included: true });
  expect(await files()).toEqual({ 'a.txt': true, 'b.txt': true });
});

test('who left what out is in the audit log', async () => {
  const { flotilla, jobId } = await reviewed();
  await using _flotilla = flotilla;
  await flotilla.api.jobs.setIncluded.mutate({ jobId, path: 'a.txt', included: false });
  await flotilla.api.jobs.setIncluded.mutate({ jobId, path: null, included: true });
  expect(
    await flotilla.service
      .sql`select actor, event, details from audit_events where event like 'job.%' order by id`,
  ).toEqual([
    { actor: 'Ada', event: 'job.excluded', details: { job: jobId, path: 'a.txt' } },
    { actor: 'Ada', event: 'job.included', details: { job: jobId, path: null } },
  ]);
});

test('a Job that is not there cannot be left out', async () => {
  await using flotilla = await testService();
  const call = flotilla.api.jobs.setIncluded.mutate({ jobId: 999, path: null, included: false });
  expect(await refusalOfCall(call)).toMatchObject({ flotilla: 'notFound', message: 'There is no job 999.' });
});

/** What the editor needs of old Attempts and of Runners: their differences, and what is run where. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { patchOf } from '../../support/patches.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { makeRepository } from '../../support/repositories.ts';
import { testService } from '../../support/testService.ts';

function oneRepository() {
  return testService({
    repositories: (folder) =>
      makeRepository(join(folder, 'one'), { files: { 'a.txt': 'a\n', 'b.txt': 'b\n' } }),
  });
}

const failed = {
  kind: 'failed',
  step: 0,
  exitCode: 1,
  outOfMemory: false,
  outOfDisk: false,
  lastLine: '',
} as const;

test('two Attempts of a Job are compared by what each left behind, one without a Patch by the base', async () => {
  await using flotilla = await oneRepository();
  const { api } = flotilla;
  await startExecution(api);
  const runner = await flotilla.connectRunner();
  const repository = join(flotilla.repositoriesFolder, 'one');
  const first = await runner.claimOne();
  await runner.finish(first, failed);
  await api.jobs.rerun.mutate({ jobId: first.jobId });
  const second = await runner.claimOne();
  await runner.succeed(second, await patchOf(repository, { write: { 'a.txt': 'A\n', 'b.txt': 'B\n' } }));
  await api.jobs.rerun.mutate({ jobId: first.jobId });
  const third = await runner.claimOne();
  await runner.succeed(third, await patchOf(repository, { write: { 'a.txt': 'A\n', 'b.txt': 'b!\n' } }));
  const filesBetween = async (before: number, after: number) =>
    (await api.attempts.compare.query({ before, after })).files.map(({ path }) => path);
  expect(await filesBetween(first.attemptId, second.attemptId)).toEqual(['a.txt', 'b.txt']);
  expect(await filesBetween(second.attemptId, third.attemptId)).toEqual(['b.txt']);
  expect(await filesBetween(third.attemptId, third.attemptId)).toEqual([]);
  const refused = await refusalOfCall(
    api.attempts.compare.query({ before: first.attemptId, after: first.attemptId }),
  );
  expect(refused.message).toBe('Neither of the two attempts has a patch. Compare their logs.');
});

test('a Runner says on which Jobs it works', async () => {
  await using flotilla = await oneRepository();
  const { api } = flotilla;
  const { id: executionId } = await startExecution(api);
  const runner = await flotilla.connectRunner();
  const [{ id: runnerId } = { id: '' }] = await api.runners.list.query();
  expect(await api.runners.jobs.query({ runnerId })).toEqual([]);
  const job = await runner.claimOne();
  expect(await api.runners.jobs.query({ runnerId })).toMatchObject([
    {
      attemptId: job.attemptId,
      number: 1,
      jobId: job.jobId,
      executionId,
      actionName: expect.any(String),
      repository: 'one',
      state: 'claimed',
      claimedAt: expect.any(Number),
    },
  ]);
  await runner.finish(job, failed);
  expect(await api.runners.jobs.query({ runnerId })).toEqual([]);
});

import type { AttemptView } from '@flotilla/shared/views';
import { expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';

const one = (folder: string) => makeRepositories(folder, ['one']);

async function attemptsOf({ api }: TestService, jobId: number): Promise<AttemptView[]> {
  return (await api.attempts.list.query({ jobId })).toReversed();
}

test('an Attempt knows since when its Job waited: its creation, and after that the rerun', async () => {
  await using flotilla = await testService({ repositories: one });
  const { api } = flotilla;
  const { createdAt } = await startExecution(api);
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  const [first] = await attemptsOf(flotilla, job.jobId);
  expect(first?.queuedAt).toBeGreaterThanOrEqual(createdAt);
  expect(first?.queuedAt).toBeLessThanOrEqual(first?.claimedAt ?? 0);
  await runner.finish(job, { kind: 'cancelled', step: null });
  await api.jobs.rerun.mutate({ jobId: job.jobId });
  await runner.claimOne();
  const [ended, second] = await attemptsOf(flotilla, job.jobId);
  expect(ended?.queuedAt).toBe(first?.queuedAt);
  expect(second?.queuedAt).toBeGreaterThan(ended?.endedAt ?? Number.NaN);
  expect(second?.queuedAt).toBeLessThanOrEqual(second?.claimedAt ?? 0);
});

test('a Job that is put back waits since then: its Attempt was given back, or lost, or errored and held it back', async () => {
  await using flotilla = await testService({ repositories: one });
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const given = await runner.claimOne();
  await runner.service.release(given);
  const lost = await runner.claimOne();
  await runner.service.surrender(lost);
  const errored = await runner.claimOne();
  await runner.finish(errored, {
    kind: 'errored',
    reason: 'sandbox',
    message: 'Docker went away.',
    step: null,
  });
  await waitFor('the end of the back-off', async () => (await runner.claim()).length > 0);
  const attempts = await attemptsOf(flotilla, given.jobId);
  expect(attempts.map(({ state }) => state)).toEqual(['released', 'lost', 'errored', 'claimed']);
  expect(attempts.slice(1).map(({ queuedAt }) => queuedAt)).toEqual(
    attempts.slice(0, -1).map(({ endedAt }) => endedAt),
  );
});

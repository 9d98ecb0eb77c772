import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  campaignOf,
  createCampaign,
  execute,
  untilStates,
  writableService,
} from '../../support/campaigns.ts';
import { patchOf } from '../../support/patches.ts';
import { commitFiles, git } from '../../support/repositories.ts';
import type { TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';

const branch = 'refs/heads/flotilla/change';
const change = { write: { 'a.txt': 'A\n' } };

/** Looks for drift, with what the Jobs of that Execution change, by repository. */
async function check(
  flotilla: TestService,
  campaignId: number,
  results: Readonly<Record<string, typeof change>>,
) {
  await flotilla.service.codeHosts.sync();
  const { executionId } = await flotilla.api.campaigns.checkDrift.mutate({ campaignId });
  await using runner = await flotilla.connectRunner();
  for (const job of await runner.claim(256)) {
    const changes = results[job.repository];
    if (changes === undefined) await runner.succeed(job);
    else await runner.succeed(job, await patchOf(join(flotilla.repositoriesFolder, job.repository), changes));
  }
  const { drift } = await waitFor('the drift to be known', async () => {
    const campaign = await campaignOf(flotilla, campaignId);
    return campaign.drift?.at !== null && campaign;
  });
  expect(drift?.executionId).toBe(executionId);
  return drift;
}

test('a Campaign whose Action, run again, changes nothing is complete; one that slid back says in how many repositories', async () => {
  await using flotilla = await writableService();
  const folder = join(flotilla.repositoriesFolder, 'web');
  const campaignId = await createCampaign(flotilla, await execute(flotilla, { web: change }));
  await untilStates(flotilla, campaignId, { web: 'open' });
  expect((await campaignOf(flotilla, campaignId)).drift).toBeNull();
  await git(folder, ['merge', '--quiet', '--no-ff', '-m', 'Merge', branch]);
  await untilStates(flotilla, campaignId, { web: 'merged' });
  expect(await check(flotilla, campaignId, {})).toMatchObject({ repositories: 0, missing: 0 });
  await commitFiles(folder, { 'a.txt': 'slid back\n' }, 'by hand');
  const drift = await check(flotilla, campaignId, { web: change });
  expect(drift).toMatchObject({ repositories: 1, missing: 0 });
  // Its pull request comes back by an update from just that Execution.
  const executionId = drift?.executionId ?? 0;
  const { digest } = await flotilla.api.campaigns.previewUpdate.query({ campaignId, executionId });
  expect(await flotilla.api.campaigns.update.mutate({ campaignId, executionId, digest })).toMatchObject({
    created: 1,
  });
});

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { CampaignView, ChangesetView } from '@flotilla/shared/campaign/views';
import type { CampaignTemplate } from '@flotilla/shared/campaign/campaignTemplate';
import { expect } from 'vitest';
import { executionRequest } from './actionText.ts';
import { patchOf, type Changes } from './patches.ts';
import { makeRepository } from './repositories.ts';
import { testService, type TestService, type TestServiceOptions } from './testService.ts';
import { waitFor } from './waitFor.ts';

/** A service whose folder of repositories may be written, with a repository of one file for each name. */
export function writableService(
  names: readonly string[] = ['web'],
  { config, ...options }: TestServiceOptions = {},
): Promise<TestService> {
  return testService({
    writable: true,
    ...options,
    repositories: async (folder) => {
      for (const name of names)
        await makeRepository(join(folder, name), { files: { 'a.txt': 'a\n', 'b.txt': 'b\n' } });
    },
    config: { syncMs: 200, ...config },
  });
}

/**
 * Runs an Action to its end: what each repository's Job does, by its name; null fails it, and nothing named changes nothing.
 * `only` names the repositories that it runs over; without it all that `scopeQuery` matches. What a Job works on is cloned from
 * `sourceOf`: the folder of repositories, unless told otherwise.
 */
export async function execute(
  flotilla: TestService,
  results: Readonly<Record<string, Changes | null>>,
  {
    only,
    sourceOf = (name) => join(flotilla.repositoriesFolder, name),
    ...values
  }: {
    readonly only?: readonly string[];
    readonly scopeQuery?: string;
    readonly sourceOf?: (repository: string) => string;
  } = {},
): Promise<number> {
  const all = await flotilla.api.repositories.list.query();
  const chosen = only && all.filter(({ name }) => only.includes(name)).map(({ id }) => id);
  const { id: executionId } = await flotilla.api.executions.create.mutate({
    ...executionRequest(values),
    repositories: chosen ?? null,
  });
  await using runner = await flotilla.connectRunner();
  const jobs = await runner.claim(256);
  for (const job of jobs) {
    const changes = results[job.repository];
    if (changes === null)
      await runner.finish(job, {
        kind: 'failed',
        step: 0,
        exitCode: 1,
        outOfMemory: false,
        outOfDisk: false,
        lastLine: '',
      });
    else if (changes === undefined) await runner.succeed(job);
    else await runner.succeed(job, await patchOf(sourceOf(job.repository), changes));
  }
  await waitFor('the execution to have ended', async () => {
    const { endedAt } = await flotilla.api.executions.get.query({ executionId });
    return endedAt !== null;
  });
  return executionId;
}

/** What a Campaign says unless a test says otherwise. */
export const template: CampaignTemplate = {
  branch: 'flotilla/change',
  title: 'Change ${{ repository.name }}',
  body: 'By a test.',
  commit: { message: 'Change a file', author: { name: 'Ada', email: 'ada@example.org' } },
  publish: 'open',
};

/** Creates a Campaign; answers its id. */
export async function createCampaign(
  { api }: Pick<TestService, 'api'>,
  executionId: number,
  more: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  const input = { requestKey: randomUUID(), executionId, name: `change ${randomUUID()}`, template, ...more };
  return (await api.campaigns.create.mutate(input)).campaignId;
}

/** The Changesets of a Campaign, without those that have left it. */
export async function changesetsOf(
  { api }: Pick<TestService, 'api'>,
  campaignId: number,
): Promise<readonly ChangesetView[]> {
  const page = await api.rows.list.query({ topic: 'changesets', of: campaignId, limit: 200 });
  return (page.rows as ChangesetView[]).filter(({ detachedAt }) => detachedAt === null);
}

/** A Campaign as its maker sees it. */
export async function campaignOf(
  { api }: Pick<TestService, 'api'>,
  campaignId: number,
): Promise<CampaignView> {
  const page = await api.rows.list.query({ topic: 'campaigns', limit: 200 });
  const found = (page.rows as CampaignView[]).find(({ id }) => id === campaignId);
  expect(found).toBeDefined();
  return found as CampaignView;
}

/** Waits until the Changesets of a Campaign are in these states, by repository. */
export async function untilStates(
  flotilla: Pick<TestService, 'api'>,
  campaignId: number,
  states: Readonly<Record<string, ChangesetView['state']>>,
): Promise<readonly ChangesetView[]> {
  let seen: readonly ChangesetView[] = [];
  const look = async () => {
    seen = await changesetsOf(flotilla, campaignId);
    const areAsWaitedFor = seen.every(({ repository, state }) => states[repository] === state);
    return areAsWaitedFor && seen.length === Object.keys(states).length && seen;
  };
  try {
    return await waitFor(`changesets to be ${JSON.stringify(states)}`, look, { timeoutMs: 30_000 });
  } catch (cause) {
    throw new Error(`they are ${JSON.stringify(seen)}`, { cause });
  }
}

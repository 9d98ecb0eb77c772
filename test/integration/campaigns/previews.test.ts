/** What an editor asks before a Campaign is made, and of its Changesets. */
import { needsPerson } from '@flotilla/shared/campaign/needsPerson';
import type { ChangesetView } from '@flotilla/shared/campaign/views';
import { changesetStates } from '@flotilla/shared/lifecycle/changesetLifecycle';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  campaignOf,
  changesetsOf,
  createCampaign,
  execute,
  template,
  writableService,
} from '../../support/campaigns.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import type { TestService } from '../../support/testService.ts';

const change = { write: { 'a.txt': 'A\n' } };
const unpublished = { ...template, publish: 'none' } as const;

test('a preview says what each repository would get, and makes nothing', async () => {
  await using flotilla = await writableService(['api', 'bad', 'web']);
  const { api } = flotilla;
  const executionId = await execute(flotilla, { api: change, bad: null, web: change });
  const first = await createCampaign(flotilla, executionId, {
    template: unpublished,
    partialReason: 'The other one is retired.',
  });
  const preview = await api.campaigns.preview.query({
    executionId,
    name: 'Another',
    template: { ...template, body: 'Of ${{ batch_change.name }}, into ${{ repository.branch }}' },
  });
  expect(preview).toEqual({
    rows: ['api', 'web'].map((repository) => ({
      codeHostId: expect.any(Number) as number,
      codeHost: expect.any(String) as string,
      repositoryId: expect.any(Number) as number,
      repository,
      baseRef: 'refs/heads/main',
      directory: '',
      // The first Campaign has the one without a number.
      branch: 'refs/heads/flotilla/change-2',
      title: `Change ${repository}`,
      body: 'Of Another, into main',
      message: 'Change a file',
      files: 1,
      addedLines: 1,
      removedLines: 1,
    })),
    missing: 1,
    of: 3,
  });
  expect((await api.rows.list.query({ topic: 'campaigns', limit: 9 })).rows).toMatchObject([{ id: first }]);
});

test('a preview is refused as the Campaign would be', async () => {
  await using flotilla = await writableService();
  const { api } = flotilla;
  const executionId = await execute(flotilla, { web: change });
  const refusal = (more: Readonly<Record<string, string>>) =>
    refusalOfCall(
      api.campaigns.preview.query({ executionId, name: 'x', template: { ...template, ...more } }),
    );
  expect(await refusal({ branch: 'a b' })).toMatchObject({ flotilla: 'campaign.invalid' });
  expect(await refusal({ title: '${{ repository.owner }}' })).toMatchObject({ flotilla: 'campaign.invalid' });
  const nothing = api.campaigns.preview.query({ executionId: 999_999, name: 'x', template });
  expect(await refusalOfCall(nothing)).toMatchObject({ flotilla: 'notFound' });
});

test('a body of any length is shown by its beginning', async () => {
  await using flotilla = await writableService();
  const executionId = await execute(flotilla, { web: change });
  const body = 'x'.repeat(100_000);
  const { rows } = await flotilla.api.campaigns.preview.query({
    executionId,
    name: 'x',
    template: { ...template, body },
  });
  expect(rows[0]?.body).toBe(`${'x'.repeat(2000)}…`);
});

test('the Changesets that wait for somebody are counted by the service as by who shows them', async () => {
  await using flotilla = await writableService();
  const { service } = flotilla;
  const campaignId = await createCampaign(flotilla, await execute(flotilla, { web: change }), {
    template: unpublished,
  });
  const reviews = ['approved', 'changesRequested', 'commented', 'pending', 'dismissed', null] as const;
  for (const state of changesetStates) {
    for (const review of reviews) {
      await service.sql`
        update changesets set state = ${state}, pull_request = jsonb_build_object('review', ${review}::text)`;
      const { needing } = await campaignOf(flotilla, campaignId);
      expect([state, review, needing]).toEqual([state, review, needsPerson({ state, review }) ? 1 : 0]);
    }
  }
});

describe('two trees of a repository', () => {
  let flotilla: TestService;
  let changeset: ChangesetView;
  beforeAll(async () => {
    flotilla = await writableService(['other', 'web']);
    const both = { write: { 'a.txt': 'A\n', 'b.txt': 'B\n' } };
    const executionId = await execute(flotilla, { web: both });
    const { rows } = await flotilla.api.jobs.list.query({ executionId });
    const job = rows.find(({ repository }) => repository === 'web');
    await flotilla.api.jobs.setIncluded.mutate({ jobId: job?.id ?? 0, path: 'b.txt', included: false });
    const campaignId = await createCampaign(flotilla, executionId, { template: unpublished });
    const [only] = await changesetsOf(flotilla, campaignId);
    if (only === undefined) throw new Error('the Campaign has no Changeset');
    changeset = only;
  });
  afterAll(() => flotilla[Symbol.asyncDispose]());

  const compare = (more: Readonly<Record<string, unknown>> = {}) => {
    const { repositoryId, baseTree, resultTree } = changeset;
    const asked = { repositoryId, baseTree, resultTree, ...more };
    return flotilla.api.repositories.compareTrees.query(asked);
  };

  test('are compared: a Changeset changes what a reviewer left in, and its contents can be read', async () => {
    expect((await compare()).map(({ path, status }) => [path, status])).toEqual([['a.txt', 'modified']]);
    const query = new URLSearchParams({
      repository: String(changeset.repositoryId),
      tree: changeset.resultTree,
      path: 'a.txt',
    });
    const answer = await fetch(`${flotilla.url}/contents?${query.toString()}`, {
      headers: { authorization: `Bearer ${flotilla.userToken}` },
    });
    expect(await answer.text()).toBe('A\n');
  });

  test('are not compared where there are none such', async () => {
    const nowhere = { flotilla: 'notFound' };
    const blob = (await flotilla.api.repositories.list.query()).find(({ name }) => name === 'other');
    expect(await refusalOfCall(compare({ resultTree: 'a'.repeat(40) }))).toMatchObject(nowhere);
    expect(await refusalOfCall(compare({ resultTree: 'a'.repeat(64) }))).toMatchObject(nowhere);
    expect(await refusalOfCall(compare({ repositoryId: 999_999 }))).toMatchObject(nowhere);
    // The tree of a Patch is in the mirror of its own repository alone.
    expect(await refusalOfCall(compare({ repositoryId: blob?.id }))).toMatchObject(nowhere);
  });

  test.each(['--output=/tmp/x', 'HEAD', 'refs/heads/main', 'a'.repeat(39), `${'a'.repeat(40)}^`, '', '\0'])(
    'are named by full ids alone, not by %j',
    async (name) => {
      for (const which of ['baseTree', 'resultTree'])
        expect(await refusalOfCall(compare({ [which]: name }))).toMatchObject({ code: 'BAD_REQUEST' });
    },
  );
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCampaign, changesetsOf } from '../../support/campaigns.ts';
import { giteaDeployment, type GiteaDeployment } from '../../support/gitea/giteaDeployment.ts';
import { hasGitea } from '../../support/gitea/giteaProgram.ts';
import type { GiteaRepository } from '../../support/gitea/giteaRepository.ts';
import type { GiteaSite } from '../../support/gitea/giteaSite.ts';
import { startGitea, type Gitea } from '../../support/gitea/startGitea.ts';
import { startProxy } from '../../support/proxy.ts';
import { waitFor } from '../../support/waitFor.ts';
import type { ChangesetView } from '@flotilla/shared/campaign/views';

const change = { write: { 'a.txt': 'A\n' } };

/** What is read of a pull request at Gitea. */
interface Seen {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: string;
  readonly merged: boolean;
  readonly html_url: string;
  readonly user: { readonly login: string };
  readonly head: { readonly label: string; readonly sha: string };
}

describe.skipIf(!hasGitea)('a Campaign on Gitea', () => {
  let gitea: Gitea | undefined;
  beforeAll(async () => {
    gitea = await startGitea();
  });
  afterAll(() => gitea?.[Symbol.asyncDispose]());
  const site = (): GiteaSite => {
    if (gitea === undefined) throw new Error('Gitea could not be started');
    return gitea.site;
  };

  const pullRequestsOf = (repository: GiteaRepository) =>
    site().call<Seen[]>(site().admin, 'GET', `/repos/${repository.name}/pulls?state=all&sort=oldest`);

  /** Waits until the only Changeset of a Campaign is as a condition says. */
  const untilChangeset = (
    { flotilla }: GiteaDeployment,
    campaignId: number,
    what: string,
    isSo: (changeset: ChangesetView) => boolean,
  ): Promise<ChangesetView> =>
    waitFor(`the changeset to be ${what}`, async () => {
      const [changeset] = await changesetsOf(flotilla, campaignId);
      return changeset !== undefined && isSo(changeset) && changeset;
    });
  const untilState = (deployment: GiteaDeployment, campaignId: number, state: ChangesetView['state']) =>
    untilChangeset(deployment, campaignId, state, (changeset) => changeset.state === state);

  /** A Campaign over one repository whose pull request is open. */
  const published = async (deployment: GiteaDeployment) => {
    const repository = repositoryOf(deployment);
    const campaignId = await createCampaign(deployment.flotilla, await deployment.execute({ web: change }));
    const changeset = await untilState(deployment, campaignId, 'open');
    const [pullRequest] = await pullRequestsOf(repository);
    if (pullRequest === undefined) throw new Error('there is no pull request');
    return { repository, campaignId, changeset, pullRequest };
  };

  test('a reviewed Patch becomes an open pull request, and is seen as merged', async () => {
    await using deployment = await giteaDeployment(site());
    const { repository, campaignId, changeset, pullRequest } = await published(deployment);
    expect(pullRequest).toMatchObject({
      state: 'open',
      title: `Change ${repository.name}`,
      user: { login: deployment.account.login },
      head: { label: 'flotilla/change' },
    });
    expect(pullRequest.body).toMatch(/^By a test\.\n\n<!-- flotilla:[0-9a-f-]{36} -->$/);
    expect(changeset).toMatchObject({
      word: 'pull request',
      number: pullRequest.number,
      url: pullRequest.html_url,
      review: 'pending',
      checks: null,
    });
    expect(await deployment.cloneOf('web').tree('flotilla/change')).toContain('a.txt');
    await repository.report(pullRequest.head.sha, 'success');
    await untilChangeset(deployment, campaignId, 'checked', ({ checks }) => checks === 'passed');
    await repository.merge(pullRequest.number);
    const merged = await untilState(deployment, campaignId, 'merged');
    expect(merged.endedAt).not.toBeNull();
    expect((await pullRequestsOf(repository)).length).toBe(1);
  });

  test('what people changed of it stays, and what they left is ours to change', async () => {
    await using deployment = await giteaDeployment(site());
    const { repository, campaignId, changeset, pullRequest } = await published(deployment);
    await repository.changePullRequest(pullRequest.number, { title: 'A better title' });
    await deployment.flotilla.api.changesets.want.mutate({ changesetIds: [changeset.id], wish: 'draft' });
    await untilState(deployment, campaignId, 'draft');
    const [now] = await pullRequestsOf(repository);
    expect(now).toMatchObject({ title: 'WIP: A better title', body: pullRequest.body });
    await deployment.flotilla.api.changesets.want.mutate({ changesetIds: [changeset.id], wish: 'publish' });
    await untilState(deployment, campaignId, 'open');
    expect(await pullRequestsOf(repository)).toMatchObject([
      { title: 'A better title', body: pullRequest.body },
    ]);
  });

  test('what a person closed stays closed, until somebody asks for it again', async () => {
    await using deployment = await giteaDeployment(site());
    const { repository, campaignId, changeset, pullRequest } = await published(deployment);
    await repository.changePullRequest(pullRequest.number, { state: 'closed' });
    await untilState(deployment, campaignId, 'closed');
    await deployment.cloneOf('web').deleteBranch('flotilla/change');
    const { looked } = await nextLook(deployment, campaignId);
    expect(looked.state).toBe('closed');
    await deployment.flotilla.api.changesets.want.mutate({ changesetIds: [changeset.id], wish: 'reopen' });
    await untilState(deployment, campaignId, 'open');
    expect(await pullRequestsOf(repository)).toMatchObject([{ number: pullRequest.number, state: 'open' }]);
    await repository.changePullRequest(pullRequest.number, { state: 'closed' });
    await untilState(deployment, campaignId, 'closed');
  });

  test('a Campaign is closed with its pull requests', async () => {
    await using deployment = await giteaDeployment(site());
    const { repository, campaignId } = await published(deployment);
    await deployment.flotilla.api.campaigns.close.mutate({ campaignId, withChangesets: true });
    await untilState(deployment, campaignId, 'closed');
    expect(await pullRequestsOf(repository)).toMatchObject([{ state: 'closed', merged: false }]);
  });

  test('a commit of somebody else is kept, and needs a decision', async () => {
    await using deployment = await giteaDeployment(site());
    const { repository, campaignId } = await published(deployment);
    const theirs = await deployment.cloneOf('web').commit('flotilla/change', { 'b.txt': 'by hand\n' });
    const held = await untilState(deployment, campaignId, 'held');
    expect(held.reason).toEqual({ kind: 'foreignCommits', commit: theirs });
    expect(await pullRequestsOf(repository)).toMatchObject([{ state: 'open', head: { sha: theirs } }]);
  });

  test('a pull request of somebody else on its branch is not taken over, also with its marker', async () => {
    await using deployment = await giteaDeployment(site());
    const repository = repositoryOf(deployment);
    await repository.change({ has_pull_requests: false });
    const campaignId = await createCampaign(deployment.flotilla, await deployment.execute({ web: change }));
    const waiting = await untilChangeset(deployment, campaignId, 'told', ({ reason }) => reason !== null);
    expect(waiting.reason).toMatchObject({ message: `${repository.name} takes no pull requests.` });
    const [row] = await deployment.flotilla.service.sql<{ key: string }[]>`select key from changesets`;
    const body = `Mine.\n\n<!-- flotilla:${row?.key} -->`;
    await repository.change({ has_pull_requests: true });
    const theirs = await repository.openPullRequest(site().admin, { head: 'flotilla/change', body });
    const held = await untilState(deployment, campaignId, 'held');
    expect(held.reason).toEqual({ kind: 'foreignPullRequest', number: theirs });
    expect(await pullRequestsOf(repository)).toMatchObject([{ number: theirs, body }]);
  });

  test('one whose answer was lost is found again and is its own', async () => {
    let lost = 0;
    await using proxy = await startProxy(site().url, {
      async *answers(data) {
        for await (const chunk of data) {
          if (chunk.includes('HTTP/1.1 201') && (lost += 1) === 1) throw new Error('the answer is lost');
          yield chunk;
        }
      },
    });
    await using deployment = await giteaDeployment(site(), { location: proxy.url });
    const { repository, campaignId, changeset, pullRequest } = await published(deployment);
    expect(lost).toBe(1);
    expect(changeset.number).toBe(pullRequest.number);
    expect((await pullRequestsOf(repository)).length).toBe(1);
    // It is looked after as any other.
    await deployment.flotilla.api.changesets.want.mutate({ changesetIds: [changeset.id], wish: 'draft' });
    await untilState(deployment, campaignId, 'draft');
  });

  test('a credential that is not taken holds its Changesets up, and a new one heals them', async () => {
    await using deployment = await giteaDeployment(site());
    const executionId = await deployment.execute({ web: change });
    await deployment.setCredential('0'.repeat(40));
    const campaignId = await createCampaign(deployment.flotilla, executionId);
    const waiting = await untilChangeset(deployment, campaignId, 'told', ({ reason }) => reason !== null);
    expect(waiting).toMatchObject({
      state: 'queued',
      reason: { kind: 'hostError', message: expect.stringContaining('Replace it.') },
    });
    await deployment.setCredential(deployment.account.token);
    const opened = await untilState(deployment, campaignId, 'open');
    expect(opened.reason).toBeNull();
  });

  test('a repository that is archived or renamed meanwhile is seen so', async () => {
    await using deployment = await giteaDeployment(site(), { names: ['web', 'api'] });
    const { flotilla, repositories } = deployment;
    const executionId = await deployment.execute({ web: change, api: change });
    const campaignId = await createCampaign(flotilla, executionId);
    const states = async () => (await changesetsOf(flotilla, campaignId)).map(({ state }) => state);
    await waitFor('both to be open', async () => (await states()).every((state) => state === 'open'));
    await repositories.get('web')?.change({ archived: true });
    await repositories.get('api')?.change({ name: 'renamed' });
    await waitFor('the one to be archived', async () => (await states()).includes('readOnly'));
    const renamed = await waitFor('the other one to have its new name', async () => {
      const all = await changesetsOf(flotilla, campaignId);
      return all.find(({ repository }) => repository.endsWith('/renamed'));
    });
    expect(renamed.state).toBe('open');
  });

  /** Waits until it has been looked at once more. */
  const nextLook = async (deployment: GiteaDeployment, campaignId: number) => {
    const [before] = await changesetsOf(deployment.flotilla, campaignId);
    const looked = await untilChangeset(
      deployment,
      campaignId,
      'looked at',
      ({ lookedAt }) => lookedAt !== before?.lookedAt,
    );
    return { looked };
  };
});

function repositoryOf({ repositories }: GiteaDeployment): GiteaRepository {
  const [repository] = repositories.values();
  if (repository === undefined) throw new Error('there is no repository');
  return repository;
}

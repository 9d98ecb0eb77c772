import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  campaignOf,
  changesetsOf,
  createCampaign,
  execute,
  template,
  untilStates,
  writableService,
} from '../../support/campaigns.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { commitFiles, commitOnBranch, git } from '../../support/repositories.ts';
import { waitFor } from '../../support/waitFor.ts';

const change = { write: { 'a.txt': 'A\n' } };
const branch = 'refs/heads/flotilla/change';

test('a reviewed Patch becomes a branch, and is seen as merged when somebody has merged it by hand', async () => {
  await using flotilla = await writableService();
  const folder = join(flotilla.repositoriesFolder, 'web');
  const executionId = await execute(flotilla, { web: change });
  const campaignId = await createCampaign(flotilla, executionId);
  const [changeset] = await untilStates(flotilla, campaignId, { web: 'open' });
  expect(changeset).toMatchObject({ branch, title: 'Change web', files: 1, addedLines: 1, removedLines: 1 });
  expect(await git(folder, ['diff', '--name-only', 'main', branch])).toBe('a.txt');
  expect(await git(folder, ['log', '-1', '--format=%an <%ae>%n%B', branch])).toMatch(
    /^Ada <ada@example\.org>\nChange a file\n\nFlotilla-Changeset: [0-9a-f-]{36}\n?$/,
  );
  expect(await git(folder, ['rev-parse', `${branch}^`])).toBe(await git(folder, ['rev-parse', 'main']));
  await git(folder, ['merge', '--quiet', '--no-ff', '-m', 'Merge', branch]);
  await untilStates(flotilla, campaignId, { web: 'merged' });
  expect((await campaignOf(flotilla, campaignId)).counts).toMatchObject({ merged: 1, open: 0 });
});

test('a squash that brings the same changes is a merge as well', async () => {
  await using flotilla = await writableService();
  const folder = join(flotilla.repositoriesFolder, 'web');
  const campaignId = await createCampaign(flotilla, await execute(flotilla, { web: change }));
  await untilStates(flotilla, campaignId, { web: 'open' });
  await commitFiles(folder, { 'b.txt': 'another change\n' }, 'by hand');
  await git(folder, ['merge', '--quiet', '--squash', branch]);
  await git(folder, ['commit', '--quiet', '-m', 'Squashed']);
  await git(folder, ['branch', '-D', 'flotilla/change']);
  const [merged] = await untilStates(flotilla, campaignId, { web: 'merged' });
  expect(merged?.endedAt).not.toBeNull();
});

test('only what a reviewer left in is published, and what changed nothing is not', async () => {
  await using flotilla = await writableService(['both', 'excluded', 'nothing', 'part']);
  const { api } = flotilla;
  const both = { write: { 'a.txt': 'A\n', 'b.txt': 'B\n' } };
  const executionId = await execute(flotilla, { both, excluded: both, part: both });
  const { rows: jobs } = await api.jobs.list.query({ executionId });
  const jobOf = (name: string) => jobs.find(({ repository }) => repository === name)?.id ?? 0;
  await api.jobs.setIncluded.mutate({ jobId: jobOf('excluded'), path: null, included: false });
  await api.jobs.setIncluded.mutate({ jobId: jobOf('part'), path: 'b.txt', included: false });
  const campaignId = await createCampaign(flotilla, executionId);
  await untilStates(flotilla, campaignId, { both: 'open', part: 'open' });
  const changed = (name: string) =>
    git(join(flotilla.repositoriesFolder, name), ['diff', '--name-only', 'main', branch]);
  expect(await changed('both')).toBe('a.txt\nb.txt');
  expect(await changed('part')).toBe('a.txt');
  await expect(changed('excluded')).rejects.toThrow('fatal');
});

test('an Execution with failed Jobs is published only with a word why', async () => {
  await using flotilla = await writableService(['bad', 'good']);
  const executionId = await execute(flotilla, { bad: null, good: change });
  const refused = await refusalOfCall(createCampaign(flotilla, executionId));
  expect(refused.message).toBe(
    '1 of 2 repositories have no result, because their jobs failed or were cancelled. Say why the others are published without them.',
  );
  const campaignId = await createCampaign(flotilla, executionId, {
    partialReason: 'The other one is retired.',
  });
  await untilStates(flotilla, campaignId, { good: 'open' });
});

test('a commit of somebody else on the branch is kept, and needs a decision', async () => {
  await using flotilla = await writableService();
  const folder = join(flotilla.repositoriesFolder, 'web');
  const campaignId = await createCampaign(flotilla, await execute(flotilla, { web: change }));
  await untilStates(flotilla, campaignId, { web: 'open' });
  const theirs = await commitOnBranch(folder, 'flotilla/change', { 'b.txt': 'by hand\n' }, 'by hand');
  const [held] = await untilStates(flotilla, campaignId, { web: 'held' });
  expect(held?.reason).toEqual({ kind: 'foreignCommits', commit: theirs });
  expect(await git(folder, ['rev-parse', branch])).toBe(theirs);
});

test('a branch that somebody else has made keeps its commits: the Changeset takes another name', async () => {
  await using flotilla = await writableService();
  const folder = join(flotilla.repositoriesFolder, 'web');
  const executionId = await execute(flotilla, { web: change });
  await git(folder, ['branch', 'flotilla/change']);
  const theirs = await git(folder, ['rev-parse', branch]);
  const campaignId = await createCampaign(flotilla, executionId);
  const [changeset] = await untilStates(flotilla, campaignId, { web: 'open' });
  expect(changeset?.branch).toBe(`${branch}-2`);
  expect(await git(folder, ['rev-parse', branch])).toBe(theirs);
});

test('a Patch that conflicts with what its base has become says in which files', async () => {
  await using flotilla = await writableService();
  const folder = join(flotilla.repositoriesFolder, 'web');
  const executionId = await execute(flotilla, { web: change });
  await commitFiles(folder, { 'a.txt': 'something else\n' }, 'by hand');
  const campaignId = await createCampaign(flotilla, executionId);
  const [held] = await untilStates(flotilla, campaignId, { web: 'held' });
  expect(held?.reason).toMatchObject({ kind: 'baseConflict', paths: ['a.txt'] });
  await expect(git(folder, ['rev-parse', '--verify', branch])).rejects.toThrow('fatal');
});

test('what somebody closed, by deleting its branch, stays closed', async () => {
  await using flotilla = await writableService();
  const folder = join(flotilla.repositoriesFolder, 'web');
  const campaignId = await createCampaign(flotilla, await execute(flotilla, { web: change }));
  await untilStates(flotilla, campaignId, { web: 'open' });
  await git(folder, ['branch', '-D', 'flotilla/change']);
  await untilStates(flotilla, campaignId, { web: 'closed' });
  await expect(git(folder, ['rev-parse', '--verify', branch])).rejects.toThrow('fatal');
});

test('a Campaign is closed with its branches, but for those on which somebody else has worked', async () => {
  await using flotilla = await writableService(['theirs', 'web']);
  const { api } = flotilla;
  const campaignId = await createCampaign(flotilla, await execute(flotilla, { theirs: change, web: change }));
  await untilStates(flotilla, campaignId, { theirs: 'open', web: 'open' });
  const folder = join(flotilla.repositoriesFolder, 'theirs');
  await commitOnBranch(folder, 'flotilla/change', { 'b.txt': 'by hand\n' }, 'by hand');
  expect(await api.campaigns.close.mutate({ campaignId, withChangesets: true })).toEqual({ changesets: 2 });
  await untilStates(flotilla, campaignId, { theirs: 'held', web: 'closed' });
  expect((await campaignOf(flotilla, campaignId)).closedAt).not.toBeNull();
  const branches = (name: string) =>
    git(join(flotilla.repositoriesFolder, name), ['branch', '--list', 'flotilla/*', '--format=%(refname)']);
  expect([await branches('web'), await branches('theirs')]).toEqual(['', branch]);
});

test.each(['ourChangeOnTop', 'keepTheirs'] as const)(
  'commits of somebody else stay when their Changeset is closed, decided by %s',
  async (decision) => {
    await using flotilla = await writableService();
    const { api } = flotilla;
    const folder = join(flotilla.repositoriesFolder, 'web');
    const campaignId = await createCampaign(flotilla, await execute(flotilla, { web: change }));
    await untilStates(flotilla, campaignId, { web: 'open' });
    const commit = await commitOnBranch(folder, 'flotilla/change', { 'b.txt': 'by hand\n' }, 'by hand');
    const [{ id: changesetId } = { id: 0 }] = await untilStates(flotilla, campaignId, { web: 'held' });
    await api.changesets.decide.mutate({ changesetId, decision, commit });
    await untilStates(flotilla, campaignId, { web: 'open' });
    await api.changesets.want.mutate({ changesetIds: [changesetId], wish: 'close' });
    await untilStates(flotilla, campaignId, { web: 'closed' });
    expect(await git(folder, ['branch', '--contains', commit, '--format=%(refname)'])).toBe(branch);
  },
);

test('a host that is away for a while holds its Changesets up, and fails none', async () => {
  await using flotilla = await writableService();
  const executionId = await execute(flotilla, { web: change });
  const away = `${flotilla.repositoriesFolder}-away`;
  await rename(flotilla.repositoriesFolder, away);
  const campaignId = await createCampaign(flotilla, executionId);
  await waitFor('the reason', async () => (await changesetsOf(flotilla, campaignId))[0]?.reason !== null);
  const [waiting] = await changesetsOf(flotilla, campaignId);
  expect(waiting).toMatchObject({ state: 'queued', reason: { kind: 'away' } });
  await rename(away, flotilla.repositoriesFolder);
  const [opened] = await untilStates(flotilla, campaignId, { web: 'open' });
  expect(opened?.publishedAt).not.toBeNull();
});

test('a folder that is only read is not written, and says how it may be', async () => {
  await using flotilla = await writableService(['web'], { writable: false });
  const executionId = await execute(flotilla, { web: change });
  const campaignId = await createCampaign(flotilla, executionId);
  await waitFor('the reason', async () => (await changesetsOf(flotilla, campaignId))[0]?.reason !== null);
  const [waiting] = await changesetsOf(flotilla, campaignId);
  expect(waiting).toMatchObject({
    state: 'queued',
    reason: { kind: 'hostError', message: expect.stringContaining('`:rw`') },
  });
});

test('a Campaign that was asked for twice with one key is made once, and a name is taken once', async () => {
  await using flotilla = await writableService();
  const executionId = await execute(flotilla, { web: change });
  const requestKey = '6f1ed002-ab5c-4f3b-a4a6-9f3a2d5b7c10';
  const name = 'Node 22';
  const first = await createCampaign(flotilla, executionId, { requestKey, name });
  expect(await createCampaign(flotilla, executionId, { requestKey, name })).toBe(first);
  expect(await changesetsOf(flotilla, first)).toHaveLength(1);
  const refused = await refusalOfCall(createCampaign(flotilla, executionId, { name: 'node 22' }));
  expect(refused.message).toBe(
    'There is a campaign "node 22" already. Choose another name, or update that one.',
  );
  // Another Campaign over the same repository takes another branch.
  const second = await createCampaign(flotilla, executionId);
  const [changeset] = await untilStates(flotilla, second, { web: 'open' });
  expect(changeset?.branch).toBe(`${branch}-2`);
});

test.each([
  ['title', '${{ repository.owner }}', 'there is no variable repository.owner'],
  ['branch', 'a b', 'The branch "a b" cannot be made'],
  ['branch', '-x', 'The branch "-x" cannot be made'],
  ['body', '${{ ', 'is not closed'],
])('a %s of %j is refused in a sentence', async (part, text, sentence) => {
  await using flotilla = await writableService();
  const executionId = await execute(flotilla, { web: change });
  const refused = await refusalOfCall(
    createCampaign(flotilla, executionId, { template: { ...template, [part]: text } }),
  );
  expect(refused.message).toContain(sentence);
});

test('a hook that somebody planted does not run, and a branch that is checked out is not moved', async () => {
  await using flotilla = await writableService();
  const folder = join(flotilla.repositoriesFolder, 'web');
  const planted = join(flotilla.repositoriesFolder, 'planted');
  await mkdir(join(folder, '.git/hooks'));
  for (const hook of ['reference-transaction', 'post-receive', 'update', 'pre-receive', 'post-checkout'])
    await writeFile(join(folder, '.git/hooks', hook), `#!/bin/sh\ntouch ${planted}\n`, { mode: 0o755 });
  await git(folder, ['config', 'core.fsmonitor', `touch ${planted}`]);
  await git(folder, ['config', 'core.alternateRefsCommand', `touch ${planted}`]);
  const executionId = await execute(flotilla, { web: change });
  const campaignId = await createCampaign(flotilla, executionId);
  await untilStates(flotilla, campaignId, { web: 'open' });
  await expect(rename(planted, planted)).rejects.toThrow('ENOENT');
});

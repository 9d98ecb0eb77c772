import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CampaignUpdateView } from '@flotilla/shared/campaign/campaignUpdate';
import {
  changesetsOf,
  createCampaign,
  execute,
  untilStates,
  writableService,
} from '../../support/campaigns.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { commitFiles, commitOnBranch, git } from '../../support/repositories.ts';
import type { TestService } from '../../support/testService.ts';

const branch = 'refs/heads/flotilla/change';
const write = (text: string) => ({ write: { 'a.txt': text } });

const shown = ({ rows }: CampaignUpdateView) =>
  Object.fromEntries(rows.map(({ repository, action, reason }) => [repository, `${action}: ${reason}`]));

async function update(flotilla: TestService, campaignId: number, executionId: number, more = {}) {
  const { api } = flotilla;
  const preview = await api.campaigns.previewUpdate.query({ campaignId, executionId });
  const { digest } = preview;
  return api.campaigns.update.mutate({ campaignId, executionId, digest, ...more });
}

test('an update says what it does to each repository, and does just that', async () => {
  await using flotilla = await writableService(['again', 'fails', 'gone', 'same']);
  const folder = (name: string) => join(flotilla.repositoriesFolder, name);
  const campaignId = await createCampaign(
    flotilla,
    await execute(flotilla, {
      again: write('1\n'),
      fails: write('1\n'),
      gone: write('1\n'),
      same: write('1\n'),
    }),
  );
  await untilStates(flotilla, campaignId, { again: 'open', fails: 'open', gone: 'open', same: 'open' });
  const before = await git(folder('again'), ['rev-parse', branch]);
  const second = await execute(flotilla, { again: write('2\n'), fails: null, same: write('1\n') });
  const preview = await flotilla.api.campaigns.previewUpdate.query({ campaignId, executionId: second });
  expect(shown(preview)).toEqual({
    again: 'update: otherPatch',
    fails: 'keep: failed',
    gone: 'closeAndDetach: noChanges',
    same: 'untouched: samePatch',
  });
  expect(preview).toMatchObject({ missing: 1, closesMany: false });
  const refused = await refusalOfCall(update(flotilla, campaignId, second));
  expect(refused.message).toContain('1 of 4 repositories have no result');
  const partialReason = 'It is looked at by its team.';
  expect(await update(flotilla, campaignId, second, { partialReason })).toEqual({
    created: 0,
    updated: 1,
    closed: 1,
  });
  await untilStates(flotilla, campaignId, { again: 'open', fails: 'open', same: 'open' });
  expect(await git(folder('again'), ['show', `${branch}:a.txt`])).toBe('2');
  expect(await git(folder('again'), ['rev-parse', `${branch}^`])).toBe(
    await git(folder('again'), ['rev-parse', 'main']),
  );
  expect(await git(folder('again'), ['rev-parse', branch])).not.toBe(before);
  await expect(git(folder('gone'), ['rev-parse', '--verify', branch])).rejects.toThrow('fatal');
});

test('the same change on a base that has moved pushes nothing', async () => {
  await using flotilla = await writableService();
  const folder = join(flotilla.repositoriesFolder, 'web');
  const campaignId = await createCampaign(flotilla, await execute(flotilla, { web: write('A\n') }));
  await untilStates(flotilla, campaignId, { web: 'open' });
  const pushed = await git(folder, ['rev-parse', branch]);
  await commitFiles(folder, { 'b.txt': 'another\n' }, 'by hand');
  await flotilla.service.codeHosts.sync();
  const second = await execute(flotilla, { web: write('A\n') });
  const preview = await flotilla.api.campaigns.previewUpdate.query({ campaignId, executionId: second });
  expect(shown(preview)).toEqual({ web: 'untouched: samePatch' });
  expect(await update(flotilla, campaignId, second)).toEqual({ created: 0, updated: 0, closed: 0 });
  expect(await git(folder, ['rev-parse', branch])).toBe(pushed);
});

test('what conflicts with its base is made anew on the current one by an update', async () => {
  await using flotilla = await writableService();
  const folder = join(flotilla.repositoriesFolder, 'web');
  const first = await execute(flotilla, { web: write('a\nA\n') });
  await commitFiles(folder, { 'a.txt': 'a\nsomething else\n' }, 'by hand');
  const campaignId = await createCampaign(flotilla, first);
  await untilStates(flotilla, campaignId, { web: 'held' });
  await flotilla.service.codeHosts.sync();
  const second = await execute(flotilla, { web: write('a\nA\nsomething else\n') });
  expect(await update(flotilla, campaignId, second)).toMatchObject({ updated: 1 });
  await untilStates(flotilla, campaignId, { web: 'open' });
  expect(await git(folder, ['show', `${branch}:a.txt`])).toBe('a\nA\nsomething else');
});

test('after a merge, more to change makes another Changeset; the update after that one finds both', async () => {
  await using flotilla = await writableService();
  const folder = join(flotilla.repositoriesFolder, 'web');
  const campaignId = await createCampaign(flotilla, await execute(flotilla, { web: write('1\n') }));
  await untilStates(flotilla, campaignId, { web: 'open' });
  await git(folder, ['merge', '--quiet', '--no-ff', '-m', 'Merge', branch]);
  await untilStates(flotilla, campaignId, { web: 'merged' });
  await flotilla.service.codeHosts.sync();
  const second = await execute(flotilla, { web: write('2\n') });
  expect(await update(flotilla, campaignId, second)).toMatchObject({ created: 1 });
  const states = async () =>
    (await changesetsOf(flotilla, campaignId)).map(({ state, branch: name }) => [state, name]);
  await expect.poll(states, { timeout: 30_000 }).toEqual([
    ['merged', branch],
    ['open', `${branch}-2`],
  ]);
  const third = await execute(flotilla, { web: write('3\n') });
  expect(await update(flotilla, campaignId, third)).toEqual({ created: 0, updated: 1, closed: 0 });
  await expect.poll(() => git(folder, ['show', `${branch}-2:a.txt`]), { timeout: 30_000 }).toBe('3');
});

test('an update that would do something else by now is refused, and so is one from an older Execution', async () => {
  await using flotilla = await writableService();
  const { api } = flotilla;
  const first = await execute(flotilla, { web: write('1\n') });
  const campaignId = await createCampaign(flotilla, first);
  await untilStates(flotilla, campaignId, { web: 'open' });
  const second = await execute(flotilla, { web: write('2\n') });
  const { digest } = await api.campaigns.previewUpdate.query({ campaignId, executionId: second });
  await update(flotilla, campaignId, second);
  const again = await refusalOfCall(api.campaigns.update.mutate({ campaignId, executionId: second, digest }));
  expect(again.message).toBe(
    'The update would do something else by now than what you have seen. Look at it again.',
  );
  const older = await refusalOfCall(api.campaigns.previewUpdate.query({ campaignId, executionId: first }));
  expect(older.message).toContain(`has the results of execution ${second}, which is newer than ${first}`);
});

test('a commit of somebody else is kept below ours when a person decides so, through updates too', async () => {
  await using flotilla = await writableService();
  const folder = join(flotilla.repositoriesFolder, 'web');
  const campaignId = await createCampaign(flotilla, await execute(flotilla, { web: write('1\n') }));
  await untilStates(flotilla, campaignId, { web: 'open' });
  const commit = await commitOnBranch(folder, 'flotilla/change', { 'b.txt': 'by hand\n' }, 'by hand');
  const [held] = await untilStates(flotilla, campaignId, { web: 'held' });
  const changesetId = held?.id ?? 0;
  const other = '1'.repeat(40);
  const refused = await refusalOfCall(
    flotilla.api.changesets.decide.mutate({ changesetId, decision: 'overwrite', commit: other }),
  );
  expect(refused.message).toContain('is not held at 111111111111 any more');
  const second = await execute(flotilla, { web: write('2\n') });
  await update(flotilla, campaignId, second);
  await untilStates(flotilla, campaignId, { web: 'held' });
  await flotilla.api.changesets.decide.mutate({ changesetId, decision: 'ourChangeOnTop', commit });
  await untilStates(flotilla, campaignId, { web: 'open' });
  const texts = async () => [
    await git(folder, ['show', `${branch}:a.txt`]),
    await git(folder, ['show', `${branch}:b.txt`]),
  ];
  expect(await texts()).toEqual(['2', 'by hand']);
  await update(flotilla, campaignId, await execute(flotilla, { web: write('3\n') }));
  await expect.poll(texts, { timeout: 30_000 }).toEqual(['3', 'by hand']);
  await expect(git(folder, ['merge-base', '--is-ancestor', commit, branch])).resolves.toBe('');
});

test('a repository that a filter of the scope leaves out by now is closed; one that was not chosen stays', async () => {
  await using flotilla = await writableService(['app', 'lib']);
  const { api } = flotilla;
  const campaignId = await createCampaign(
    flotilla,
    await execute(flotilla, { app: write('1\n'), lib: write('1\n') }),
  );
  await untilStates(flotilla, campaignId, { app: 'open', lib: 'open' });
  const chosen = await execute(flotilla, { app: write('2\n') }, { only: ['app'] });
  const part = await api.campaigns.previewUpdate.query({ campaignId, executionId: chosen });
  expect(shown(part)).toEqual({ app: 'update: otherPatch', lib: 'untouched: samePatch' });
  const narrower = await execute(flotilla, { app: write('2\n') }, { scopeQuery: 'repo:^app$' });
  const whole = await api.campaigns.previewUpdate.query({ campaignId, executionId: narrower });
  expect(shown(whole)).toEqual({ app: 'update: otherPatch', lib: 'closeAndDetach: leftScope' });
});

/** From a reviewed Execution to branches, over their updates and the commits of others, to the end of the Campaign. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commitOnBranch, git } from '../support/repositories.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import { openEditor, type Editor } from './support/editor.ts';
import { keepEvidence } from './support/evidence.ts';
import { startFlotilla, type Flotilla } from './support/flotilla.ts';
import { licenseAction, writeSampleActions } from './support/sampleActions.ts';
import { makeSampleRepositories } from './support/sampleRepositories.ts';
import type { Workbench } from './support/workbench.ts';

const resources = new AsyncDisposableStack();
let folder: TemporaryFolder;
let flotilla: Flotilla;
let editor: Editor;
let workbench: Workbench;

beforeAll(async () => {
  folder = resources.use(await temporaryFolder());
  const repositories = join(folder.path, 'repositories');
  await Promise.all([
    makeSampleRepositories(repositories),
    writeSampleActions(join(folder.path, 'actions'), ['license']),
  ]);
  [flotilla, editor] = await Promise.all([
    startFlotilla(`${repositories}:rw`, { FLOTILLA_SYNC_MS: '500' }).then((started) =>
      resources.use(started),
    ),
    openEditor(join(folder.path, 'actions')).then((opened) => resources.use(opened)),
  ]);
  await flotilla.startRunner();
  ({ workbench } = editor);
});
afterAll(() => resources.disposeAsync());
keepEvidence(() => ({ editor, flotilla }));

const branch = 'flotilla/license';
const gitIn = (repository: string, ...args: string[]) =>
  git(join(folder.path, 'repositories/acme', repository), args);
const changed = (repository: string) => gitIn(repository, 'diff', '--name-only', 'main', branch);
const themes = [
  ['Light Modern', 'vs'],
  ['Dark High Contrast', 'hc-black'],
  ['Dark Modern', 'vs-dark'],
] as const;

/** Keeps pictures of the window in a light theme, in high contrast, and in the one that it has. */
async function pictures(name: string): Promise<void> {
  for (const [theme, colors] of themes) {
    await workbench.theme(theme, colors);
    await workbench.screenshot(`${name}-${theme.toLowerCase().replaceAll(' ', '-')}`);
  }
}

async function runLicense(): Promise<void> {
  await workbench.openFile('license.action.json');
  await workbench.command('Run Action…');
  await workbench.pressDialogButton('Run on 3 Repositories');
}

test('Campaigns says what they are where there are none', async () => {
  await workbench.openSideBar();
  await workbench.command('Connect to Server…');
  await workbench.quickInput.untilAsks('Connect to Flotilla');
  await workbench.quickInput.answer(flotilla.connectUrl);
  await workbench.notificationText('Connected to');
  await workbench.clearNotifications();
  await workbench.actions.toggle(false);
  await workbench.jobLogs.toggle(false);
  await workbench.campaigns.untilWelcomes('Review an Execution that has ended first');
  expect(await workbench.campaigns.welcomeButton('Create Campaign…').count()).toBe(1);
  await workbench.screenshot('60-no-campaigns');
});

test('an Execution that has ended is reviewed, and a file is left out', async () => {
  await runLicense();
  await workbench.executions.untilDescribed('license #1', /2\/3 · 1 failed · 2 changed/);
  await workbench.clearNotifications();
  await workbench.executions.expand('acme/handbook');
  await workbench.executions.check('TODO.md');
  await workbench.executions.pressInline('license #1', 'Review All Changes');
  await expect.poll(() => workbench.activeTab()).toContain('license #1 (3 files)');
});

test('Create Campaign… in the title of the review asks what it says, with a way back', async () => {
  const { quickInput } = workbench;
  await workbench.pressInTitle('Create Campaign…');
  await quickInput.untilAsks('What is the Campaign called?');
  expect(await quickInput.title()).toBe('Create Campaign of license #1 (1/7)');
  await workbench.screenshot('61-campaign-name');
  await quickInput.answer('Licenses');
  await quickInput.untilAsks('The branch in each repository');
  await quickInput.fill('a b');
  await expect.poll(() => quickInput.prompt()).toContain('No branch can be called so');
  await workbench.screenshot('62-campaign-branch');
  await quickInput.answer(branch);
  await quickInput.untilAsks('The title of each pull request');
  await quickInput.back();
  await quickInput.untilAsks('The branch in each repository');
  expect(await quickInput.value()).toBe(branch);
  await quickInput.press('Enter');
  await quickInput.untilAsks('The title of each pull request');
  await quickInput.answer('Add the license of ${{ repository.name }}');
  await quickInput.untilAsks('The text of each pull request');
  expect(await quickInput.value()).toBe('Says in each repository which license it has.');
  await quickInput.press('Enter');
  await quickInput.untilAsks('The message of each commit');
  await quickInput.answer(String.raw`Add a license\n\nSo that everybody knows.`);
  await quickInput.untilAsks('What is published as soon as the Campaign is created?');
  await workbench.screenshot('63-campaign-publish');
  await quickInput.press('Enter');
});

test('its preview shows what each repository gets; what has no result takes a reason', async () => {
  const { quickInput } = workbench;
  await quickInput.untilAsks('The editor below shows what each repository gets');
  await workbench.untilEditorShows('2 branches');
  const text = await workbench.editorText();
  expect(text).toContain(`acme/handbook       ${branch} → main   1 file +1 −0`);
  expect(text).toContain('1 of 3 repositories have no result');
  expect(text).toContain('Add the license of acme/fraud-scoring');
  await workbench.screenshot('64-campaign-preview');
  expect(await gitIn('handbook', 'branch', '--list', branch)).toBe('');
  await quickInput.pick('Continue');
  await quickInput.untilAsks('Why are the others published without them?');
  await quickInput.answer('The inventory is in Go.');
  await workbench.campaigns.untilDescribed('Licenses', /^0\/2 merged · 2 open$/);
});

test('branches have what was left in, and their rows say so', async () => {
  await workbench.campaigns.untilDescribed('acme/handbook', new RegExp(`^open · ${branch}`));
  expect(await changed('handbook')).toBe('LICENSE');
  expect(await changed('fraud-scoring')).toBe('LICENSE\nTODO.md');
  expect(await gitIn('handbook', 'log', '-1', '--format=%s', branch)).toBe('Add a license');
  const tooltip = await workbench.campaigns.untilTooltip('acme/handbook', /Add the license of/);
  expect(tooltip).toContain(`${branch} → main`);
  await workbench.campaigns.menu('acme/handbook', 'Copy Branch Name');
  await expect.poll(() => workbench.clipboard()).toBe(branch);
});

test('Review Changes of a Changeset shows what is published', async () => {
  await workbench.closeEditors();
  await workbench.campaigns.pressInline('acme/fraud-scoring', 'Review Changes');
  await expect.poll(() => workbench.activeTab()).toContain(`acme/fraud-scoring: ${branch} (2 files)`);
  await workbench.multiDiff.untilShows('Look at it again.');
});

test('a commit of somebody else needs a decision, and is counted until there is one', async () => {
  const folderOf = join(folder.path, 'repositories/acme/handbook');
  const theirs = await commitOnBranch(folderOf, branch, { 'README.md': '# How we work here\n' }, 'By hand');
  await workbench.campaigns.untilDescribed(
    'acme/handbook',
    /^needs a decision · The branch .* is at [0-9a-f]{12}, a commit that Flotilla did not push/,
  );
  await workbench.campaigns.untilDescribed('Licenses', /1 needs a decision · 1 open/);
  await expect.poll(() => workbench.badge()).toBe('1');
  await pictures('65-needs-a-decision');
  await workbench.campaigns.pressInline('acme/handbook', 'Decide…');
  await workbench.quickInput.untilAsks('somebody else pushed');
  await workbench.screenshot('66-decide');
  await workbench.quickInput.pick('Put Ours on Top');
  await workbench.campaigns.untilDescribed('acme/handbook', /^open/);
  await expect.poll(() => workbench.badge()).toBeUndefined();
  expect(await gitIn('handbook', 'merge-base', '--is-ancestor', theirs, branch)).toBe('');
  expect(await changed('handbook')).toBe('LICENSE\nREADME.md');
});

test('Update Campaign… shows what it would do, and does exactly that', async () => {
  await workbench.closeEditors();
  await writeFile(join(folder.path, 'actions/license.action.json'), licenseAction('Apache-2.0'));
  await runLicense();
  await workbench.executions.untilDescribed('license #2', /2\/3 · 1 failed · 2 changed/);
  await workbench.clearNotifications();
  await workbench.executions.menu('license #2', 'Update Campaign…');
  await workbench.quickInput.untilAsks('The editor below shows what it does, and why');
  await workbench.untilEditorShows('Update (2)');
  const text = await workbench.editorText();
  expect(text).toMatch(/acme\/fraud-scoring {2}its patch is another one/);
  expect(text).toMatch(/Keep \(\d\)|Missing {2}1 repository has no result/);
  await workbench.screenshot('67-update-preview');
  await workbench.quickInput.pick('acme/fraud-scoring');
  await expect.poll(() => workbench.activeTab()).toContain('published ↔ updated');
  await workbench.multiDiff.untilShows('Apache-2.0');
  await workbench.screenshot('68-update-diff');
  await workbench.quickInput.pick('Continue');
  await workbench.quickInput.untilAsks('Why are the others updated without them?');
  await workbench.quickInput.answer('The inventory is in Go.');
  expect(await workbench.notificationText('Licenses is updated')).toBe(
    'Licenses is updated: 0 created, 2 updated, 0 closed.',
  );
  await workbench.clearNotifications();
  await expect.poll(() => gitIn('fraud-scoring', 'show', `${branch}:LICENSE`)).toBe('Apache-2.0');
  await expect.poll(() => gitIn('handbook', 'show', `${branch}:LICENSE`)).toBe('Apache-2.0');
});

test('several that are selected are closed and reopened at once', async () => {
  await workbench.campaigns.untilDescribed('Licenses', /^0\/2 merged · 2 open$/);
  await workbench.campaigns.select('acme/handbook');
  await workbench.campaigns.selectAlso('acme/fraud-scoring');
  await workbench.campaigns.menu('acme/fraud-scoring', 'Close Changeset');
  expect(await workbench.dialog()).toMatchObject({ message: 'Close 2 Changesets?' });
  await workbench.screenshot('69-close-two');
  await workbench.pressDialogButton('Close');
  // Somebody else has worked on that branch: it stays, and a person decides.
  await workbench.campaigns.untilDescribed('acme/fraud-scoring', /^closed/);
  expect(await gitIn('fraud-scoring', 'branch', '--list', branch)).toBe('');
  await workbench.campaigns.select('acme/fraud-scoring');
  await workbench.campaigns.menu('acme/fraud-scoring', 'Reopen Changeset');
  await workbench.campaigns.untilDescribed('acme/fraud-scoring', /^open/);
  expect(await changed('fraud-scoring')).toBe('LICENSE\nTODO.md');
});

test('Close Campaign… asks whether its Changesets are closed with it', async () => {
  await workbench.campaigns.menu('Licenses', 'Close Campaign…');
  expect((await workbench.dialog()).message).toBe('Close the Campaign Licenses?');
  await workbench.screenshot('70-close-campaign');
  await workbench.pressDialogButton('Close with Its Changesets');
  await workbench.campaigns.untilDescribed('Licenses', /^closed just now/);
  await workbench.campaigns.untilDescribed('acme/fraud-scoring', /^closed/);
  expect(await gitIn('fraud-scoring', 'branch', '--list', branch)).toBe('');
  await pictures('71-closed');
});

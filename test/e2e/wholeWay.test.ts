/** The whole way of a user through real VS Code: connect, preview, run, watch, review, take home. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { git } from '../support/repositories.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import { containersOf } from './support/containers.ts';
import { openEditor, type Editor } from './support/editor.ts';
import { keepEvidence } from './support/evidence.ts';
import { startFlotilla, type Flotilla } from './support/flotilla.ts';
import { writeSampleActions } from './support/sampleActions.ts';
import { makeSampleRepositories } from './support/sampleRepositories.ts';
import { passTurnstile } from './support/turnstile.ts';
import type { Workbench } from './support/workbench.ts';
import { listJobs } from '../../scripts/launch/liveRows.ts';

const resources = new AsyncDisposableStack();
let folder: TemporaryFolder;
let flotilla: Flotilla;
let editor: Editor;
let workbench: Workbench;

beforeAll(async () => {
  folder = resources.use(await temporaryFolder());
  const repositories = join(folder.path, 'repositories');
  const workspace = join(folder.path, 'actions');
  await Promise.all([
    makeSampleRepositories(repositories),
    writeSampleActions(workspace, ['node-24', 'refresh-lockfiles']),
  ]);
  [flotilla, editor] = await Promise.all([
    startFlotilla(repositories).then((started) => resources.use(started)),
    openEditor(workspace).then((opened) => resources.use(opened)),
  ]);
  await flotilla.startRunner();
  ({ workbench } = editor);
});
afterAll(() => resources.disposeAsync());
keepEvidence(() => ({ editor, flotilla }));

test('a window that is not connected says so, and how to connect', async () => {
  await workbench.openSideBar();
  await workbench.executions.untilWelcomes('not connected to a Flotilla service');
  expect(await workbench.executions.welcomeButton('Connect to Server…').count()).toBe(1);
  await workbench.screenshot('01-not-connected');
});

test('Connect to Server… takes the connect URL with its pairing code', async () => {
  await workbench.command('Connect to Server…');
  await workbench.quickInput.untilAsks('Connect to Flotilla');
  await workbench.screenshot('02-connect');
  await workbench.quickInput.answer(flotilla.connectUrl);
  expect(await workbench.notificationText('Connected to')).toContain(new URL(flotilla.url).host);
  await workbench.executions.untilWelcomes('Nothing has run yet');
  await workbench.screenshot('03-connected');
  await workbench.clearNotifications();
});

test('an action file has commands above its text', async () => {
  await workbench.openFile('node-24.action.json');
  await workbench.codeLenses.filter({ hasText: 'Run Action…' }).waitFor();
  expect(await workbench.codeLenses.allInnerTexts()).toEqual([
    expect.stringContaining('Run Action…'),
    expect.stringContaining('Preview Scope'),
    expect.stringContaining('Run on One Repository…'),
  ]);
  await workbench.screenshot('04-action-file');
});

test('Preview Scope shows what an Action would change, and what it leaves out and why', async () => {
  await workbench.codeLenses.filter({ hasText: 'Preview Scope' }).click();
  await workbench.untilEditorShows('4 repositories would be changed');
  const text = await workbench.editorText();
  expect(text).toContain('acme/storefront');
  expect(text).toMatch(/acme\/handbook\s+\S/);
  await workbench.screenshot('05-scope');
});

test('Run Action… asks with the number of repositories before it runs', async () => {
  await workbench.openFile('node-24.action.json');
  await workbench.command('Run Action…');
  const { message, detail } = await workbench.dialog();
  expect(message).toBe('Run node-24 on 4 repositories?');
  expect(detail).toContain('acme/storefront');
  await workbench.screenshot('06-run');
  await workbench.pressDialogButton('Run on 4 Repositories');
  await workbench.executions.untilDescribed('node-24 #1', /^4 Jobs$/);
  await expect.poll(() => workbench.executions.head()).toMatch(/ · \d\/4 · /);
  await workbench.executions.row('acme/storefront').waitFor();
});

test('Show Log grows in an output channel while the Job runs', async () => {
  await workbench.executions.untilDescribed('acme/storefront', /step 3\/3 .* sh scripts\/test\.sh/);
  await workbench.executions.pressInline('acme/storefront', 'Show Log');
  for (const [module, next] of [
    ['cart', 'checkout'],
    ['checkout', 'prices'],
    ['prices', 'search'],
  ]) {
    await workbench.output.untilShows(new RegExp(`^✔ src/${module}\\.js refuses nonsense`));
    expect((await workbench.output.visibleLines()).join('\n')).not.toContain(`src/${next}.js`);
    expect(await jobState('acme/storefront')).toBe('running');
    if (module !== 'prices') await passTurnstile(flotilla, 1, 'acme/storefront');
  }
  await workbench.screenshot('07-running');
});

test('while it runs the icon in the activity bar counts it; afterwards it says what came out', async () => {
  await expect.poll(() => workbench.badge()).toBe('1');
  await passTurnstile(flotilla, 1, 'acme/storefront');
  await workbench.executions.untilDescribed('node-24 #1', /3\/4 · 1 failed · 3 changed/);
  await expect.poll(() => workbench.badge()).toBeUndefined();
  expect(await workbench.notificationText('node-24 #1')).toBe(
    'node-24 #1 ended: 1 Job failed, 3 Jobs changed something.',
  );
  await workbench.screenshot('08-ended');
  await workbench.clearNotifications();
});

test('the colours of the terminal are colours in the log, and its escape sequences are gone', async () => {
  const line = await workbench.output.untilShows(/src\/users\.js refuses nonsense/);
  expect(line).toBe('✔ src/users.js refuses nonsense');
  const colors = await workbench.output.colorsOf(line);
  expect(new Set(colors).size, `colours of the line: ${colors.join(', ')}`).toBeGreaterThanOrEqual(3);
});

test("a failed Job's row says Step, exit code and the last line of stderr", async () => {
  const description = await workbench.executions.untilDescribed('acme/legacy-import', /exit 70/);
  expect(description).toContain('step 3 exit 70: Error: vendor/xml.node was built for Node 12');
});

test('Job Logs shows the Attempts of the selected Job and their Steps', async () => {
  await workbench.executions.select('acme/legacy-import');
  await workbench.jobLogs.untilDescribed('Attempt 1', /step 3 exit 70/);
  await workbench.jobLogs.untilDescribed('3. sh scripts/test.sh', /exit 70/);
  await workbench.jobLogs.select('3. sh scripts/test.sh');
  const line = await workbench.output.untilShows(/^Error: vendor/);
  expect(line).toBe('Error: vendor/xml.node was built for Node 12, and this is Node 24');
  await workbench.screenshot('09-failed-job');
});

test('Review Changes opens a multi-diff editor of the Job', async () => {
  await workbench.hidePanel();
  await workbench.executions.pressInline('acme/storefront', 'Review Changes');
  // The last file of the Job may be below the fold, where VS Code renders nothing.
  await workbench.multiDiff.untilShows('FROM node:24-slim');
  expect(await workbench.multiDiff.text()).toContain('FROM node:18-slim');
  expect(await workbench.activeTab()).toContain('acme/storefront (5 files)');
  await workbench.executions.expand('acme/storefront');
  await workbench.executions.untilLettered('package.json');
  await workbench.screenshot('10-review-job');
});

test('a click on a changed file opens its diff', async () => {
  await workbench.executions.select('Dockerfile');
  await expect.poll(() => workbench.activeTab()).toBe('Dockerfile (acme/storefront)');
  await workbench.untilEditorShows('FROM node:24-slim');
  await workbench.screenshot('11-diff');
});

test('an unchecked Job and an unchecked file are left out, and the service keeps that', async () => {
  await workbench.executions.check('acme/admin-console');
  await workbench.executions.check('.travis.yml');
  await expect.poll(leftOut).toEqual(['acme/admin-console', 'acme/storefront .travis.yml']);
  await workbench.executions.untilDescribed('acme/admin-console', /^left out/);
  await workbench.screenshot('12-left-out');
});

test('Review All Changes opens what is left in', async () => {
  await workbench.executions.pressInline('node-24 #1', 'Review All Changes');
  await expect.poll(() => workbench.activeTab()).toContain('node-24 #1 (8 files)');
  await workbench.multiDiff.untilShows('checkout-api');
  await workbench.screenshot('13-review-all');
});

test('Save Patches… writes files that git applies, without what was left out', async () => {
  const target = join(folder.path, 'patches');
  await mkdir(target);
  await workbench.executions.pressInline('node-24 #1', 'Save Patches…');
  await workbench.quickInput.untilAsks('Folder for the Patches of node-24 #1');
  await workbench.screenshot('14-save-patches');
  await workbench.quickInput.chooseFolder(target);
  await workbench.notificationText(/^2 Patches are in/);
  expect((await readdir(target)).sort()).toEqual(['acme__checkout-api.patch', 'acme__storefront.patch']);
  for (const name of ['checkout-api', 'storefront']) {
    const repository = join(folder.path, 'repositories/acme', name);
    await git(repository, ['apply', '--check', join(target, `acme__${name}.patch`)]);
  }
  const patch = await readFile(join(target, 'acme__storefront.patch'), 'utf8');
  expect(patch).toContain('+    "node": ">=24"');
  expect(patch).not.toContain('.travis.yml');
  await workbench.screenshot('15-saved');
  await workbench.clearNotifications();
});

test('Run on One Repository… asks which, and runs there alone', async () => {
  await workbench.openFile('node-24.action.json');
  await workbench.command('Run on One Repository…');
  await workbench.quickInput.untilAsks('Run node-24 on which repository?');
  await workbench.screenshot('16-one-repository');
  await workbench.quickInput.pick('acme/admin-console');
  await workbench.executions.untilDescribed('node-24 #2', /^1\/1 · 1 changed/);
  const jobs = await listJobs(flotilla.client.api, 2);
  expect(jobs.map((job) => job.repository)).toEqual(['acme/admin-console']);
  await workbench.clearNotifications();
});

test('Cancel Execution asks, ends the Jobs and removes their containers', async () => {
  await workbench.openFile('refresh-lockfiles.action.json');
  await workbench.command('Run Action…');
  await workbench.pressDialogButton('Run on 2 Repositories');
  await workbench.executions.untilDescribed('acme/storefront', /step 1\/1/);
  await expect.poll(() => containersOf(flotilla, 3)).toHaveLength(2);
  await workbench.executions.pressInline('refresh-lockfiles #3', 'Cancel Execution');
  expect(await workbench.dialog()).toEqual({
    message: 'Cancel refresh-lockfiles #3?',
    detail:
      '2 running Jobs are stopped, and what they changed is lost. Jobs that have ended keep their Patches.',
  });
  await workbench.screenshot('17-cancel');
  await workbench.pressDialogButton('Cancel Execution');
  await workbench.executions.untilDescribed('refresh-lockfiles #3', /2 cancelled/);
  await expect.poll(() => containersOf(flotilla, 3)).toEqual([]);
  await workbench.screenshot('18-cancelled');
});

async function jobState(repository: string): Promise<string | undefined> {
  const jobs = await listJobs(flotilla.client.api, 1);
  return jobs.find((job) => job.repository === repository)?.state;
}

/** What the service keeps of the checkboxes: Jobs and files that are left out. */
async function leftOut(): Promise<readonly string[]> {
  const { jobs } = flotilla.client.api;
  const found = (await listJobs({ jobs }, 1)).map(async ({ id, repository, included, patch }) => {
    const files = patch === null ? [] : await jobs.changedFiles.query({ jobId: id });
    return [
      ...(included ? [] : [repository]),
      ...files.filter((file) => !file.included).map(({ path }) => `${repository} ${path}`),
    ];
  });
  return (await Promise.all(found)).flat();
}

/** The whole way of a user through real VS Code: connect, preview, run, watch, review, take home. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { openEditor, type Editor } from './support/editor.ts';
import { keepEvidence } from './support/evidence.ts';
import { startFlotilla, type Flotilla } from './support/flotilla.ts';
import { writeSampleActions } from './support/sampleActions.ts';
import { makeSampleRepositories } from './support/sampleRepositories.ts';
import type { Workbench } from './support/workbench.ts';

const resources = new AsyncDisposableStack();
let flotilla: Flotilla;
let editor: Editor;
let workbench: Workbench;

beforeAll(async () => {
  const folder = resources.use(await temporaryFolder());
  const repositories = join(folder.path, 'repositories');
  const workspace = join(folder.path, 'actions');
  await Promise.all([makeSampleRepositories(repositories), writeSampleActions(workspace)]);
  flotilla = resources.use(await startFlotilla(repositories));
  await flotilla.startRunner();
  editor = resources.use(await openEditor(workspace));
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
  await workbench.executions.untilDescribed('node-24 #1', /\d\/4/);
  await workbench.executions.row('acme/storefront').waitFor();
});

test('Show Log grows in an output channel while the Job runs', async () => {
  await workbench.executions.untilDescribed('acme/storefront', /step 3\/3 .* sh scripts\/test\.sh/);
  await workbench.executions.pressInline('acme/storefront', 'Show Log');
  await workbench.output.untilShows(/src\/cart\.js takes a thousand/);
  const before = await jobState('acme/storefront');
  const first = await workbench.output.visibleLines();
  await workbench.output.untilShows(/src\/checkout\.js starts empty/);
  const second = await workbench.output.visibleLines();
  await workbench.screenshot('07-running');
  await workbench.output.untilShows(/src\/checkout\.js refuses nonsense/);
  expect(before).toBe('running');
  expect(await jobState('acme/storefront')).toBe('running');
  expect(second.length).toBeGreaterThan(first.length);
});

async function jobState(repository: string): Promise<string | undefined> {
  const jobs = await flotilla.client.api.jobs.list.query({ executionId: 1 });
  return jobs.find((job) => job.repository === repository)?.state;
}

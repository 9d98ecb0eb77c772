/** Two code hosts, each with a repository of one name: told apart from the preview to the saved Patches. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { git, makeRepository } from '../support/repositories.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import { openEditor, type Editor } from './support/editor.ts';
import { keepEvidence } from './support/evidence.ts';
import { startFlotilla, type Flotilla } from './support/flotilla.ts';
import { writeSampleActions } from './support/sampleActions.ts';
import type { Workbench } from './support/workbench.ts';

const hosts = ['cloud', 'work'] as const;

const resources = new AsyncDisposableStack();
let folder: TemporaryFolder;
let flotilla: Flotilla;
let editor: Editor;
let workbench: Workbench;

const folderOf = (host: string) => join(folder.path, host);

beforeAll(async () => {
  folder = resources.use(await temporaryFolder());
  const workspace = join(folder.path, 'actions');
  await Promise.all([
    ...hosts.map((host) =>
      makeRepository(join(folderOf(host), 'acme/web'), { files: { OWNER: `This is of ${host}.\n` } }),
    ),
    writeSampleActions(workspace, ['same-name']),
  ]);
  const named = hosts.map((host) => `${host}=${folderOf(host)}`).join(',');
  [flotilla, editor] = await Promise.all([
    startFlotilla(named).then((started) => resources.use(started)),
    openEditor(workspace).then((opened) => resources.use(opened)),
  ]);
  await flotilla.startRunner();
  ({ workbench } = editor);
  await workbench.openSideBar();
  await workbench.command('Connect to Server…');
  await workbench.quickInput.untilAsks('Connect to Flotilla');
  await workbench.quickInput.answer(flotilla.connectUrl);
  await workbench.notificationText('Connected to');
  await workbench.clearNotifications();
});
afterAll(() => resources.disposeAsync());
keepEvidence(() => ({ editor, flotilla }));

test('the preview of a scope names both repositories with their hosts', async () => {
  await workbench.openFile('same-name.action.json');
  await workbench.command('Preview Scope');
  await workbench.untilEditorShows('2 repositories would be changed');
  const text = await workbench.editorText();
  for (const host of hosts) expect(text).toContain(`${host}/acme/web`);
  await workbench.screenshot('50-two-hosts-scope');
});

test('each has a Job, and a row that says whose it is', async () => {
  await workbench.openFile('same-name.action.json');
  await workbench.command('Run Action…');
  expect((await workbench.dialog()).detail).toContain('cloud/acme/web, work/acme/web');
  await workbench.pressDialogButton('Run on 2 Repositories');
  await workbench.executions.untilDescribed('same-name #1', /^2\/2 · 2 changed/);
  for (const host of hosts) await workbench.executions.row(`${host}/acme/web`).waitFor();
  await workbench.screenshot('51-two-hosts-ended');
});

test('a review shows the files of its own host', async () => {
  for (const host of hosts) {
    await workbench.executions.pressInline(`${host}/acme/web`, 'Review Changes');
    await workbench.multiDiff.untilShows(`This is of ${host}.`);
    const other = hosts.find((each) => each !== host);
    expect(await workbench.multiDiff.text()).not.toContain(`This is of ${other}.`);
  }
  await workbench.screenshot('52-two-hosts-review');
});

test('Save Patches… writes a file for each, which git applies to the repository of its host', async () => {
  const target = join(folder.path, 'patches');
  await mkdir(target);
  await workbench.executions.pressInline('same-name #1', 'Save Patches…');
  await workbench.quickInput.untilAsks('Folder for the Patches of same-name #1');
  await workbench.quickInput.chooseFolder(target);
  await workbench.notificationText(/^2 Patches are in/);
  const names = await readdir(target);
  expect(names).toHaveLength(2);
  for (const host of hosts) {
    const name = names.find((each) => each.includes(host));
    if (name === undefined) throw new Error(`no patch names ${host}: ${names.join(', ')}`);
    expect(await readFile(join(target, name), 'utf8')).toContain(` This is of ${host}.`);
    await git(join(folderOf(host), 'acme/web'), ['apply', '--check', join(target, name)]);
  }
  await workbench.screenshot('53-two-hosts-saved');
});

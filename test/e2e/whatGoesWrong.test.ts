/**
 * What a user sees of what goes wrong: one sentence that says what happened and what to do, and nothing half-made or
 * lost. First bad input, then a connection that is cut and a service that goes away.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commitFiles } from '../support/repositories.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { startCuttableProxy, type CuttableProxy } from './support/cuttableProxy.ts';
import { openEditor, type Editor } from './support/editor.ts';
import { keepEvidence } from './support/evidence.ts';
import { startFlotilla, type Flotilla } from './support/flotilla.ts';
import { freePort } from '../support/freePort.ts';
import { writeSampleActions } from './support/sampleActions.ts';
import { makeSampleRepositories } from './support/sampleRepositories.ts';
import { passTurnstile } from './support/turnstile.ts';
import type { Workbench } from './support/workbench.ts';

const resources = new AsyncDisposableStack();
let flotilla: Flotilla;
/** Stands between the window and the service. */
let proxy: CuttableProxy;
let editor: Editor;
let workbench: Workbench;
let repositories: string;

beforeAll(async () => {
  const folder = resources.use(await temporaryFolder());
  repositories = join(folder.path, 'repositories');
  const workspace = join(folder.path, 'actions');
  await Promise.all([
    makeSampleRepositories(repositories),
    writeSampleActions(workspace, ['broken', 'no-image', 'nowhere', 'numbers']),
  ]);
  [flotilla, editor] = await Promise.all([
    startFlotilla(repositories).then((started) => resources.use(started)),
    openEditor(workspace).then((opened) => resources.use(opened)),
  ]);
  proxy = resources.use(await startCuttableProxy(flotilla.url));
  ({ workbench } = editor);
  await workbench.openSideBar();
});
afterAll(() => resources.disposeAsync());
keepEvidence(() => ({ editor, flotilla }));

test('a text that is no address is refused where it is typed', async () => {
  await workbench.command('Connect to Server…');
  await workbench.quickInput.fill('not an address');
  await expect.poll(() => workbench.quickInput.prompt()).toContain('This is not an address.');
  await workbench.screenshot('20-no-address');
  await workbench.quickInput.press('Escape');
});

test('an address where nothing listens: who dialled, and how to start the service', async () => {
  const port = await freePort();
  await connectTo(`http://127.0.0.1:${port}/connect?code=ABCD-EFGH-JKMN-PQRS`);
  expect(await workbench.notificationText('Nothing listens')).toMatch(
    /^Nothing listens at 127\.0\.0\.1:\d+, dialled from the machine of this remote window .*npm start/,
  );
  await workbench.screenshot('21-nothing-listens');
  await workbench.clearNotifications();
});

test('a wrong pairing code: how to get another', async () => {
  await connectTo(`${flotilla.url}/connect?code=0000-0000`);
  expect(await workbench.notificationText('pairing code')).toContain('npm run token -- pair');
  await workbench.screenshot('22-wrong-code');
  await workbench.clearNotifications();
});

test('a spent pairing code is refused, and the window stays unconnected', async () => {
  const spent = await flotilla.spentConnectUrl();
  await connectTo(spent);
  expect(await workbench.notificationText('pairing code')).toContain('was used before');
  await workbench.clearNotifications();
  await workbench.executions.untilWelcomes('not connected to a Flotilla service');
});

test('a service without a runner: the views say how to start one', async () => {
  await connectTo(flotilla.connectUrl.replace(flotilla.url, proxy.url));
  await workbench.executions.untilWelcomes('No runner is online');
  expect(await workbench.executions.welcome()).toContain('npm run runner');
  await workbench.screenshot('23-no-runner');
  await workbench.clearNotifications();
});

test('a broken action file is marked where it is wrong', async () => {
  await workbench.openFile('broken.action.json');
  await workbench.errorMarks.first().waitFor();
  await workbench.openProblems();
  // The one is ours; the other comes from VS Code's own JSON support and our schema, each when it is ready.
  await expect.poll(() => workbench.problems()).toContainEqual(expect.stringMatching(/flie/));
  await expect.poll(() => workbench.problems()).toContainEqual(expect.stringMatching(/array/));
  await workbench.screenshot('24-broken');
});

test('a broken action file does not run: the problem and its line', async () => {
  await workbench.command('Run Action…');
  expect(await workbench.notificationText('broken.action.json')).toMatch(
    /^broken\.action\.json, line 3: A list is needed here\./,
  );
  await workbench.screenshot('25-broken-run');
  await workbench.pressNotificationButton('broken.action.json', 'Go to Problem');
  await workbench.untilCursorInLine(3);
  expect(await flotilla.client.api.executions.list.query({ limit: 10 })).toEqual([]);
});

test('a scope that matches nothing: what was asked, and that nothing was started', async () => {
  await workbench.openFile('nowhere.action.json');
  await workbench.command('Run Action…');
  expect(await workbench.notificationText('No repository matches')).toBe(
    String.raw`No repository matches "repo:^acme/ file:^Cargo\.toml$"; 8 are left out. Nothing was started.`,
  );
  await workbench.screenshot('26-nothing-matches');
  await workbench.pressNotificationButton('No repository matches', 'Preview Scope');
  await workbench.untilEditorShows('No repositories would be changed');
  expect(await flotilla.client.api.executions.list.query({ limit: 10 })).toEqual([]);
  await workbench.clearNotifications();
});

test('a scope that has changed since it was seen: what has, and what is to run', async () => {
  await workbench.openFile('numbers.action.json');
  await workbench.command('Run Action…');
  expect((await workbench.dialog()).message).toBe('Run numbers on 1 repository?');
  await commitFiles(join(repositories, 'acme/handbook'), { NEWS: 'Today\n' }, 'Move');
  await flotilla.client.api.repositories.sync.mutate();
  await workbench.clickDialogButton('Run on 1 Repository');
  await expect
    .poll(async () => (await workbench.dialog()).message)
    .toBe('The scope of numbers has changed since you saw it.');
  expect((await workbench.dialog()).detail).toContain('At another commit: acme/handbook');
  await workbench.screenshot('46-scope-changed');
  await workbench.pressDialogButton('Cancel');
  expect(await flotilla.client.api.executions.list.query({ limit: 10 })).toEqual([]);
});

test('what a preview shows runs from there; an image that does not exist: the Job says which, and so does its log', async () => {
  await flotilla.startRunner();
  await workbench.executions.untilWelcomes('Nothing has run yet');
  await workbench.openFile('no-image.action.json');
  await workbench.command('Preview Scope');
  await workbench.untilEditorShows('1 repository would be changed');
  await workbench.screenshot('47-previewed');
  await workbench.codeLenses.filter({ hasText: 'Run on These Repositories…' }).click();
  const said = await workbench.executions.untilDescribed('acme/handbook', /flotilla\/does-not-exist:1/);
  await workbench.executions.pressInline('acme/handbook', 'Show Log');
  const logged = await workbench.output.untilShows(/does-not-exist:1.*(not|refused|denied|reach)/);
  await workbench.screenshot('27-no-image');
  expect(said).toContain('Image "flotilla/does-not-exist:1" is not on this machine');
  expect(logged).toContain('flotilla/does-not-exist:1');
});

test('a log that is cut while it streams goes on without a line lost or doubled', async () => {
  await workbench.openFile('numbers.action.json');
  await workbench.command('Run Action…');
  await workbench.pressDialogButton('Run on 1 Repository');
  await workbench.executions.untilDescribed('acme/handbook', /step 1\/1/);
  await workbench.executions.pressInline('acme/handbook', 'Show Log');
  await workbench.output.untilShows(/^line 20 of 150$/);
  await passTurnstile(flotilla, 2, 'acme/handbook');
  proxy.cut();
  await workbench.executions.message.filter({ hasText: 'Disconnected from' }).waitFor();
  await workbench.screenshot('30-cut');
  proxy.restore();
  await workbench.output.untilShows(/^line 150 of 150$/);
  await workbench.executions.untilDescribed('numbers #2', /^1\/1/);
  const lines = (await workbench.output.text()).split(/\r?\n/).filter((line) => line.startsWith('line '));
  expect(lines).toEqual(Array.from({ length: 150 }, (_, index) => `line ${index + 1} of 150`));
});

test('while the service is away the views keep their rows and say since when', async () => {
  await flotilla.stopService();
  const message = workbench.executions.message.filter({ hasText: 'Disconnected from' });
  await message.waitFor();
  expect(await message.innerText()).toMatch(/this is from .*Reconnecting…/);
  expect(await workbench.executions.rows()).toContainEqual(expect.stringContaining('numbers #2'));
  expect(await workbench.statusBar()).toContain('Flotilla: offline');
  await workbench.screenshot('31-away');
});

test('a command says that the service does not answer, and who dialled', async () => {
  await workbench.command('Preview Scope');
  expect(await workbench.notificationText('does not answer')).toMatch(
    /127\.0\.0\.1:\d+ does not answer, dialled from the machine of this remote window/,
  );
  await workbench.screenshot('32-no-answer');
  await workbench.clearNotifications();
});

test('when the service is back the window is connected again by itself', async () => {
  await flotilla.startService();
  await workbench.executions.message.filter({ hasText: 'Disconnected from' }).waitFor({ state: 'hidden' });
  expect(await workbench.statusBar()).not.toContain('offline');
  await workbench.command('Preview Scope');
  await workbench.untilEditorShows('1 repository would be changed');
  expect(await workbench.editorText()).toContain('acme/handbook');
});

async function connectTo(url: string): Promise<void> {
  await workbench.command('Connect to Server…');
  await workbench.quickInput.answer(url);
}

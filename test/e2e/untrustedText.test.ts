/**
 * What came from outside is shown as the text it is, in real VS Code: a text that VS Code would make a link of, whose click
 * runs a command, by each of the ways on which one reaches a notification, a question and the rows of a view.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHostileService, type HostileService } from '../support/hostileService.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { openEditor, type Editor } from './support/editor.ts';
import { keepEvidence } from './support/evidence.ts';
import { startFlotilla, type Flotilla } from './support/flotilla.ts';
import { makeSampleRepositories } from './support/sampleRepositories.ts';
import type { Workbench } from './support/workbench.ts';

/** A click on it would open the list of all commands. */
const link = '[Details](command:workbench.action.showCommands)';
const webLink = '[Docs](https://example.com/)';
/** An Action without a name is called like its file, which can have any. */
const name = `${link} $(bug)`;
const turnedName = `${link} $(bug) \u202egpj.x`;
const shownName = `${link} $(bug) \ufffdgpj.x`;

const resources = new AsyncDisposableStack();
let flotilla: Flotilla;
let hostile: HostileService;
let editor: Editor;
let workbench: Workbench;

const actionFile = (values: object) =>
  JSON.stringify({
    steps: [{ type: 'command', args: ['true'] }],
    scopeQuery: 'repo:^acme/handbook$',
    ...values,
  });

beforeAll(async () => {
  const folder = resources.use(await temporaryFolder());
  const repositories = join(folder.path, 'repositories');
  const workspace = join(folder.path, 'actions');
  await mkdir(workspace);
  await Promise.all([
    makeSampleRepositories(repositories),
    writeFile(join(workspace, 'query.action.json'), actionFile({ scopeQuery: `repo:${link}${webLink}` })),
    writeFile(join(workspace, 'key.action.json'), actionFile({ [link]: 1 })),
    writeFile(join(workspace, `${name}.action.json`), actionFile({})),
  ]);
  hostile = resources.use(
    await startHostileService({
      call(call) {
        if (call.path !== 'pairing.exchange') return false;
        call.refuse(`${link} ${webLink} \u001b[2J\nsecond line`, 'pairing.refused');
        return true;
      },
    }),
  );
  [flotilla, editor] = await Promise.all([
    startFlotilla(repositories).then((started) => resources.use(started)),
    openEditor(workspace).then((opened) => resources.use(opened)),
  ]);
  ({ workbench } = editor);
  await workbench.openSideBar();
});
afterAll(() => resources.disposeAsync());
keepEvidence(() => ({ editor, flotilla }));

/** What a notification shows, how many links are in it, and whether a click into it opened anything. */
async function lookInto(part: string | RegExp) {
  const text = visible(await workbench.notificationText(part));
  const message = workbench.notification(part).first().locator('.notification-list-item-message');
  const links = await message.locator('a').count();
  await message.click();
  const opened = await workbench.page.locator('.quick-input-widget:visible').count();
  return { text, links, opened };
}

const plain = (text: string) => ({ text: expect.stringContaining(text) as string, links: 0, opened: 0 });

test("a service's refusal is shown as text", async () => {
  await workbench.command('Connect to Server…');
  await workbench.quickInput.answer(`${hostile.url}/connect?code=ABCD-EFGH`);
  expect(await lookInto('Details')).toEqual(plain(`${link} ${webLink} \ufffd[2J\ufffdsecond line`));
  await workbench.screenshot('40-refusal');
  await workbench.clearNotifications();
});

test('a window that is connected goes on', async () => {
  await workbench.command('Connect to Server…');
  await workbench.quickInput.answer(flotilla.connectUrl);
  expect(await workbench.notificationText('Connected to')).toContain('Connected to');
  await workbench.clearNotifications();
});

test("an action file's query is shown as text", async () => {
  await workbench.openFile('query.action.json');
  await workbench.command('Run Action…');
  expect(await lookInto('No repository matches')).toEqual(plain(`"repo:${link}${webLink}"`));
  await workbench.screenshot('41-query');
  await workbench.clearNotifications();
});

test('an unknown key is shown as text', async () => {
  await workbench.openFile('key.action.json');
  await workbench.command('Run Action…');
  expect(await lookInto('is not known here')).toEqual(plain(`"${link}" is not known here.`));
  await workbench.screenshot('42-key');
  await workbench.clearNotifications();
});

test("an Action's name is shown as text in a question", async () => {
  await workbench.page.keyboard.press('Control+P');
  await workbench.quickInput.fill('showCommands');
  await workbench.quickInput.pickWith('showCommands');
  await workbench.page.locator('.tab.active', { hasText: 'Details' }).waitFor();
  await workbench.command('Run Action…');
  const { message } = await workbench.dialog();
  expect(visible(message)).toBe(`Run ${name} on 1 repository?`);
  expect(await workbench.page.locator('.monaco-dialog-box .dialog-message-container a').count()).toBe(0);
  await workbench.screenshot('43-question');
  await workbench.page.keyboard.press('Escape');
});

test("an Action's name is shown as text in a row and its tooltip", async () => {
  await flotilla.client.api.executions.create.mutate({
    requestKey: randomUUID(),
    fileName: `${turnedName}.action.json`,
    text: actionFile({}),
    baseVersion: null,
    origin: null,
    repositories: null,
  });
  await workbench.executions.untilDescribed(/Details/, /./);
  expect(visible((await workbench.executions.rows()).join('\n'))).toContain(`${shownName} #1`);
  const row = workbench.executions.row(/Details/).first();
  expect(await row.locator('a[href]').count()).toBe(0);
  expect(await row.locator('.codicon-bug').count()).toBe(0);
  const tooltip = await workbench.executions.untilTooltip(/Details/, /Details[^]*Scope/);
  expect(tooltip).toContain(shownName);
  expect(await workbench.page.locator('.monaco-hover .hover-contents:visible a').count()).toBe(0);
  await workbench.screenshot('44-row');
  await workbench.overlays.putTooltipAway();
});

test("an Action's name is shown as text when its Execution has ended", async () => {
  const [execution] = await flotilla.client.api.executions.list.query({ limit: 1 });
  await flotilla.client.api.executions.cancel.mutate({ executionId: execution?.id ?? 0 });
  expect(await lookInto('was cancelled')).toEqual(plain(`${shownName} #1 was cancelled.`));
  await workbench.screenshot('45-end');
  await workbench.clearNotifications();
});

test("an Action's name is shown as text where an Execution is chosen", async () => {
  await workbench.command('Rerun All Jobs…');
  const [row = ''] = await workbench.quickInput.rows();
  expect(visible(row)).toContain(`${shownName} #1`);
  expect(await workbench.page.locator('.quick-input-list .codicon-bug').count()).toBe(0);
  await workbench.screenshot('46-choice');
  await workbench.quickInput.press('Escape');
});

/** A text without what keeps VS Code from finding links and icons in it, which nobody sees. */
function visible(text: string): string {
  return text.replaceAll('\u200b', '');
}

/** What users do with Jobs that are not done: rerun, compare, pause, cancel, see why they wait and who works. */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Program } from '../../scripts/launch/program.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { openEditor, type Editor } from './support/editor.ts';
import { keepEvidence } from './support/evidence.ts';
import { startFlotilla, type Flotilla } from './support/flotilla.ts';
import { writeSampleActions } from './support/sampleActions.ts';
import { makeSampleRepositories } from './support/sampleRepositories.ts';
import type { Workbench } from './support/workbench.ts';
import { listJobs } from '../../scripts/launch/liveRows.ts';

const resources = new AsyncDisposableStack();
let flotilla: Flotilla;
let editor: Editor;
let workbench: Workbench;
let runner: Program;

beforeAll(async () => {
  const folder = resources.use(await temporaryFolder());
  const repositories = join(folder.path, 'repositories');
  const workspace = join(folder.path, 'actions');
  await Promise.all([
    makeSampleRepositories(repositories),
    writeSampleActions(workspace, ['careful', 'busy', 'needs-gpu']),
  ]);
  [flotilla, editor] = await Promise.all([
    startFlotilla(repositories).then((started) => resources.use(started)),
    openEditor(workspace).then((opened) => resources.use(opened)),
  ]);
  ({ workbench } = editor);
});
afterAll(() => resources.disposeAsync());
keepEvidence(() => ({ editor, flotilla }));

test('Runners says that there is none, and how to start one', async () => {
  await workbench.openSideBar();
  await workbench.command('Connect to Server…');
  await workbench.quickInput.untilAsks('Connect to Flotilla');
  await workbench.quickInput.answer(flotilla.connectUrl);
  await workbench.notificationText('Connected to');
  await workbench.clearNotifications();
  await workbench.actions.toggle(false);
  await workbench.runners.toggle(true);
  expect(await workbench.runners.welcome()).toContain('npm run runner');
  await workbench.screenshot('30-no-runner');
});

test('a Runner that connects is a row at once, with its load and its version', async () => {
  runner = await flotilla.startRunner();
  await workbench.runners.untilDescribed(flotilla.runnerName, /^0\/2 · v\d/);
  await expect.poll(() => workbench.runners.head()).toBe('nothing to do');
});

test('Rerun Failed Jobs asks nothing, and runs only what failed', async () => {
  await workbench.openFile('careful.action.json');
  await workbench.command('Run Action…');
  await workbench.pressDialogButton('Run on 2 Repositories');
  await workbench.executions.untilDescribed('acme/handbook', /step 1 exit 3/);
  await workbench.executions.untilDescribed('careful #1', /1\/2 · 1 failed/);
  await workbench.clearNotifications();
  await workbench.executions.pressInline('careful #1', 'Rerun Failed Jobs');
  await workbench.executions.untilDescribed('careful #1', /2\/2 · 2 changed/);
  expect(await attemptCounts(1)).toEqual({ 'acme/handbook': 2, 'acme/inventory': 1 });
  await workbench.clearNotifications();
});

test('Job Logs keeps both Attempts, each with its outcome, its Runner and its time', async () => {
  await workbench.executions.select('acme/handbook');
  await workbench.jobLogs.untilDescribed(
    'Attempt 1',
    new RegExp(`step 1 exit 3 · .* · ${flotilla.runnerName}`),
  );
  expect(await workbench.jobLogs.untilDescribed('Attempt 2', /^succeeded · /)).toMatch(/ · 1 file \+1 −0$/);
  await workbench.screenshot('31-two-attempts');
});

test('Compare Attempts… shows the logs of two Attempts beside each other', async () => {
  await workbench.jobLogs.pressInline('Attempt 2', 'Compare Attempts…');
  await workbench.quickInput.untilAsks('Compare what of Attempts 1 and 2?');
  await workbench.screenshot('32-compare-what');
  await workbench.quickInput.pick('Logs');
  await expect.poll(() => workbench.activeTab()).toContain('acme/handbook: attempt 1 ↔ 2');
  await workbench.untilEditorShows('The first try fails');
  await workbench.untilEditorShows('A later try');
  await workbench.screenshot('33-compared-logs');
});

test('Rerun Job makes a third Attempt; its Patch and that of the second are compared', async () => {
  await workbench.executions.menu('acme/handbook', 'Rerun Job');
  await workbench.jobLogs.untilDescribed('Attempt 3', /^succeeded/);
  await workbench.clearNotifications();
  await workbench.jobLogs.pressInline('Attempt 3', 'Compare Attempts…');
  await workbench.quickInput.untilAsks('Compare Attempt 3 with which other?');
  await workbench.quickInput.pick('Attempt 2');
  await workbench.quickInput.pick('Patches');
  await expect.poll(() => workbench.activeTab()).toContain('acme/handbook: attempt 2 ↔ 3 (1 file)');
  await workbench.multiDiff.untilShows('BUILD');
  await workbench.screenshot('34-compared-patches');
});

test('Show Timeline says what the time of an Attempt went to', async () => {
  await workbench.jobLogs.pressInline('Attempt 1', 'Show Timeline');
  await workbench.untilEditorShows('acme/handbook, attempt 1');
  const text = await workbench.editorText();
  expect(text).toMatch(/^queued +\d\S* +█/m);
  expect(text).toMatch(/^1\. if \[ -e README\.md \].*█/m);
  expect(text).toContain(`Runner   ${flotilla.runnerName}`);
  await workbench.screenshot('35-timeline');
});

test('Rerun All Jobs… asks with their number', async () => {
  await workbench.executions.menu('careful #1', 'Rerun All Jobs…');
  const { message, detail } = await workbench.dialog();
  expect(message).toBe('Rerun all Jobs of careful #1?');
  expect(detail).toContain('2 Jobs run again, on the same commits.');
  await workbench.screenshot('36-rerun-all');
  await workbench.pressDialogButton('Rerun 2 Jobs');
  await expect.poll(() => attemptCounts(1)).toEqual({ 'acme/handbook': 4, 'acme/inventory': 2 });
  await workbench.executions.untilDescribed('careful #1', /2\/2 · 2 changed/);
  await workbench.clearNotifications();
});

test('a queued Job says its place, and the head of Runners how much there is to do', async () => {
  await workbench.closeEditors();
  await workbench.openFile('busy.action.json');
  await workbench.command('Run Action…');
  await workbench.pressDialogButton('Run on 7 Repositories');
  await untilSomeRow(/queued · next in the queue/);
  await untilSomeRow(/queued · 2nd in the queue/);
  const tooltip = await workbench.executions.untilTooltip('acme/storefront', /before it/);
  expect(tooltip).toMatch(/Place \d in the queue/);
  await expect.poll(() => workbench.runners.head()).toMatch(/^\d ready · \d running$/);
  await workbench.runners.untilDescribed(flotilla.runnerName, /^2\/2 (\+\d )?· v\d/);
  await workbench.screenshot('37-queue');
});

test('a Runner shows the Jobs that it works on; a click shows the Job', async () => {
  await workbench.runners.expand(flotilla.runnerName);
  const [busy] = await runningRepositories(2);
  await workbench.runners.untilDescribed(busy ?? '', /^busy #2 · /);
  await workbench.runners.select(busy ?? '');
  await expect.poll(() => workbench.jobLogs.head()).toBe(busy);
  await workbench.jobLogs.untilDescribed('Attempt 1', /^(preparing|running) · /);
  await workbench.screenshot('38-runner-jobs');
});

test('an open timeline and the row of a Step move while they live', async () => {
  await workbench.jobLogs.pressInline('Attempt 1', 'Show Timeline');
  await expect.poll(() => workbench.editorText()).toMatch(/^1\. echo At it.*…/m);
  const seconds = async () => Number(/^Took +([\d.]+)s so far$/m.exec(await workbench.editorText())?.[1]);
  const before = await seconds();
  const ofStep = async () =>
    Number(/^([\d.]+)s$/.exec(await workbench.jobLogs.description(/^1\. echo At it/))?.[1] ?? 0);
  const beforeOfStep = await ofStep();
  // Nothing is reported during the Step: only the time can draw them anew.
  await expect.poll(seconds).toBeGreaterThan(before + 3);
  await expect.poll(ofStep).toBeGreaterThan(beforeOfStep + 2);
  expect(await workbench.editorText()).toMatch(/^queued +\d/m);
  await workbench.screenshot('45-live-timeline');
});

test('Pause Execution starts no further Job; the rows say who paused it', async () => {
  await workbench.executions.pressInline('busy #2', 'Pause Execution');
  await workbench.executions.untilDescribed(
    'busy #2',
    new RegExp(`^7 Jobs · paused by ${userInfo().username}`),
  );
  await untilSomeRow(/queued · execution paused/);
  expect(await pausedBy(2)).toBe(userInfo().username);
  await workbench.screenshot('39-paused');
});

test('Cancel Job ends one Job, and the others are left alone', async () => {
  const [busy = ''] = await runningRepositories(2);
  await workbench.executions.pressInline(busy, 'Cancel Job');
  await workbench.executions.untilDescribed(busy, /^cancelled/);
  // Its timeline is still open.
  await expect.poll(() => workbench.editorText()).not.toContain('so far');
  const jobs = await listJobs(flotilla.client.api, 2);
  expect(jobs.filter(({ state }) => state === 'cancelled').map(({ repository }) => repository)).toEqual([
    busy,
  ]);
  expect(jobs.some(({ state }) => state === 'queued')).toBe(true);
  await workbench.screenshot('40-cancelled-job');
});

test('Drain Runner lets it claim nothing more, and a queued Job says so', async () => {
  await workbench.runners.pressInline(flotilla.runnerName, 'Drain Runner');
  await workbench.runners.untilDescribed(flotilla.runnerName, /^draining · /);
  // It moves the rows: nothing below it is to be clicked before.
  await workbench.executions.message.filter({ hasText: 'Every runner is draining' }).waitFor();
  await workbench.executions.pressInline('busy #2', 'Resume Execution');
  await expect.poll(() => pausedBy(2)).toBeUndefined();
  await untilSomeRow(/queued · no runner is claiming/);
  await workbench.screenshot('41-draining');
});

test('Resume Claiming lets it take the next Jobs', async () => {
  await workbench.runners.pressInline(flotilla.runnerName, 'Resume Claiming');
  await workbench.runners.untilDescribed(flotilla.runnerName, /^2\/2 (\+\d )?· v\d/);
  await workbench.executions.message.waitFor({ state: 'hidden' });
  await untilSomeRow(/queued · next in the queue/);
  await workbench.executions.pressInline('busy #2', 'Cancel Execution');
  await workbench.pressDialogButton('Cancel Execution');
  await workbench.executions.untilDescribed('busy #2', /7 cancelled/);
  await expect.poll(() => workbench.runners.head()).toBe('nothing to do');
});

test('a Job that needs a label says for which Runner it waits', async () => {
  await workbench.openFile('needs-gpu.action.json');
  await workbench.command('Run Action…');
  await workbench.pressDialogButton('Run on 1 Repository');
  await untilSomeRow(/queued · waits for a runner with label gpu/);
  await expect.poll(() => workbench.runners.head()).toBe('1 ready');
  await workbench.screenshot('42-label');
});

test('a Runner that is gone is offline; Forget Runner takes it out of the list', async () => {
  await runner[Symbol.asyncDispose]();
  await workbench.runners.untilDescribed(flotilla.runnerName, /^offline, last seen /, 90_000);
  await workbench.screenshot('43-offline');
  await workbench.runners.pressInline(flotilla.runnerName, 'Forget Runner');
  await workbench.runners.untilWelcomes('npm run runner');
  expect(await flotilla.client.api.runners.list.query()).toEqual([]);
});

/** Waits until a row of Executions, whichever, says something. */
async function untilSomeRow(pattern: RegExp): Promise<void> {
  await expect
    .poll(() => workbench.executions.rows())
    .toEqual(expect.arrayContaining([expect.stringMatching(pattern)]));
}

async function attemptCounts(executionId: number): Promise<Record<string, number>> {
  const jobs = await listJobs(flotilla.client.api, executionId);
  return Object.fromEntries(jobs.map(({ repository, attemptCount }) => [repository, attemptCount]));
}

async function pausedBy(executionId: number): Promise<string | null | undefined> {
  return (await flotilla.client.api.executions.get.query({ executionId })).paused?.by;
}

async function runningRepositories(executionId: number): Promise<readonly string[]> {
  const jobs = await listJobs(flotilla.client.api, executionId);
  return jobs.filter(({ state }) => state === 'running').map(({ repository }) => repository);
}

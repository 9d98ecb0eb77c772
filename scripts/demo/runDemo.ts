import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { targetNames } from '@flotilla/shared/target/targetNames';
import { makeSampleRepositories } from '../sampleRepositories.ts';
import { ensureDemoImage } from '../system/ensureDemoImage.ts';
import { ensureDocker } from '../system/ensureDocker.ts';
import type { Say } from '../system/say.ts';
import { diffLines } from './diffView.ts';
import { startFleet, type Fleet } from './fleet.ts';
import type { EndedExecution } from './followExecution.ts';
import { confirmCampaign, mergeOne, publish, update } from './campaign.ts';
import { sampleAction, type ActionInput, type DemoInput } from './input.ts';
import type { DemoOptions } from './options.ts';
import { openInCode } from './openInCode.ts';
import { printable } from '../system/printable.ts';
import { writeResults, type JobResult } from './results.ts';
import { runAction, showScope } from './runAction.ts';
import { count } from './scopeView.ts';
import { summaryTable } from './summaryTable.ts';
import type { Terminal } from './terminal.ts';

export interface DemoContext {
  readonly options: DemoOptions;
  readonly input: DemoInput;
  readonly terminal: Terminal;
  readonly say: Say;
  /** Aborts when the person wants the demo to end. */
  readonly signal: AbortSignal;
}

/** Runs the demo from the first container to the last folder removed. Returns whether all Jobs succeeded. */
export async function runDemo(context: DemoContext): Promise<boolean> {
  const { options, input, terminal, say, signal } = context;
  await using resources = new AsyncDisposableStack();
  const { action } = input;
  terminal.print(`${terminal.paint('bold', action.definition.name)}  ${terminal.paint('dim', action.path)}`);
  if (action.definition.description !== '') terminal.print(printable(action.definition.description, false));
  terminal.print('');
  const folder = await temporaryFolder(resources);
  const repositoriesFolder = input.repositories ?? join(folder, 'repositories');
  // Both are waited for, also when one fails: nothing may be made while the folder is being removed.
  const [docker, samples] = await Promise.allSettled([
    prepareDocker(action, resources, say),
    input.repositories === undefined ? makeSampleRepositories(repositoriesFolder) : undefined,
  ]);
  signal.throwIfAborted();
  if (docker.status === 'rejected') throw docker.reason;
  if (samples.status === 'rejected') throw samples.reason;
  const defaultImage = docker.value;
  const { runners, capacity } = options;
  const fleet = await start(
    {
      folder,
      repositoriesFolder,
      isWritable: input.repositories === undefined || options.campaign,
      defaultImage,
      runners,
      capacity,
    },
    resources,
    terminal,
  );
  const ending = AbortSignal.any([signal, fleet.broken]);
  ending.throwIfAborted();
  const scope = await showScope(fleet.client, action, terminal, ending);
  const ended = await runAction(fleet.client, action, scope, terminal, ending);
  const results = await readResults(fleet, ended);
  await showResults(context, ended, results);
  await showCampaign(context, { fleet, repositoriesFolder, ended, ending });
  if (options.code) await stayOpen(context, fleet, folder, resources, ending);
  else showWhatElse(context);
  return ended.jobs.every((job) => job.state === 'succeeded');
}

/** Goes on to a Campaign: over the samples as a story, over repositories of the person's own when that was asked for. */
async function showCampaign(
  { options, input, terminal }: DemoContext,
  shown: {
    readonly fleet: Fleet;
    readonly repositoriesFolder: string;
    readonly ended: EndedExecution;
    readonly ending: AbortSignal;
  },
): Promise<void> {
  const { fleet, ended } = shown;
  const campaign = { client: fleet.client, terminal, action: input.action, signal: shown.ending };
  const isOfSamples = input.repositories === undefined;
  if (!isOfSamples && !options.campaign) return;
  if (!isOfSamples && !(await confirmCampaign(campaign, ended, options.yes))) return;
  if (ended.execution.changed === 0) return;
  const campaignId = await publish(campaign, ended);
  if (!isOfSamples || input.action.path !== sampleAction) return;
  await update(campaign, campaignId);
  await mergeOne(campaign, campaignId, shown.repositoriesFolder);
}

/** A folder for everything, which goes last. As root, the user `postgres` has to get through it. */
async function temporaryFolder(resources: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-demo-'));
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  await chmod(folder, 0o711);
  return folder;
}

/** Returns the image of `command` steps that name none; undefined where no step needs it. */
async function prepareDocker(
  { definition }: ActionInput,
  resources: AsyncDisposableStack,
  say: Say,
): Promise<string | undefined> {
  resources.use(await ensureDocker(say));
  const { FLOTILLA_DEFAULT_IMAGE: chosen } = process.env;
  if (chosen !== undefined && chosen !== '') return chosen;
  const isNeeded = definition.image === null && definition.steps.some((step) => step.type === 'command');
  return isNeeded ? ensureDemoImage(say) : undefined;
}

async function start(
  options: Parameters<typeof startFleet>[0],
  resources: AsyncDisposableStack,
  terminal: Terminal,
): Promise<Fleet> {
  const what = `Postgres, the service and ${count(options.runners, 'runner')}`;
  using _progress = terminal.progress(() => `Starting ${what}`);
  return resources.use(await startFleet(options));
}

/** Opens the same in VS Code and waits until the person has seen enough. */
async function stayOpen(
  { input, terminal, say }: DemoContext,
  fleet: Fleet,
  folder: string,
  resources: AsyncDisposableStack,
  ending: AbortSignal,
): Promise<void> {
  terminal.print('');
  using progress = terminal.progress(() => 'Starting VS Code in the browser, with the extension installed');
  const code = resources.use(await openInCode(fleet, input.action, folder, say));
  progress[Symbol.dispose]();
  ending.throwIfAborted();
  terminal.print(
    `${terminal.paint('bold', 'Open')}      ${terminal.paint('cyan', code.url)}`,
    `Password  ${code.password}`,
    '',
    'It is connected: open Flotilla in the activity bar, then Executions. Ctrl-C here ends it all.',
  );
  await untilAborted(ending);
  if (fleet.broken.aborted) throw fleet.broken.reason;
}

function showWhatElse({ options, terminal }: DemoContext): void {
  terminal.print('');
  if (options.repos === undefined)
    terminal.print(
      'Over repositories of your own: npm run demo -- --repos FOLDER --action FILE. They are only read.',
    );
  else if (!options.campaign)
    terminal.print('Nothing in the repositories was changed; --campaign makes branches of the patches.');
  if (options.out === undefined) terminal.print('The patches as files: --out FOLDER.');
  terminal.print('To see the same in VS Code, in the browser: npm run demo -- --code');
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    // The timer keeps the process alive: nothing else may be waiting.
    const alive = setInterval(() => undefined, 60_000);
    signal.addEventListener(
      'abort',
      () => {
        clearInterval(alive);
        resolve();
      },
      { once: true },
    );
  });
}

async function readResults({ client }: Fleet, { jobs }: EndedExecution): Promise<JobResult[]> {
  return Promise.all(
    jobs.map(async (job) => ({
      job,
      patch: job.patch === null ? null : await client.read(`/attempts/${job.patch.attemptId}/patch`),
    })),
  );
}

async function showResults(
  { input, terminal }: DemoContext,
  { execution, jobs }: EndedExecution,
  results: readonly JobResult[],
): Promise<void> {
  const nameOf = targetNames(jobs);
  for (const { job, patch } of results) {
    if (patch === null) continue;
    const name = printable(nameOf(job), false);
    terminal.print('', terminal.paint('bold', `── ${name} ${'─'.repeat(Math.max(3, 60 - name.length))}`));
    terminal.print(...diffLines(patch, (format, text) => terminal.paint(format, text)));
  }
  terminal.print('', ...summaryTable(jobs), '');
  const { counts, changed } = execution;
  const seconds = ((execution.endedAt ?? 0) - execution.createdAt) / 1000;
  terminal.print(
    `${counts.succeeded} of ${count(jobs.length, 'Job')} succeeded in ${seconds.toFixed(1)} s; ${changed} with changes.`,
  );
  if (input.out !== undefined) {
    const written = (await writeResults(input.out, results)).filter(({ patch }) => patch !== null).length;
    terminal.print(`${count(written, 'patch', 'patches')} and summary.json are in ${input.out}`);
  }
}

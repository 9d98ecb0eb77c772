import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '@flotilla/launcher/sleep';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import type { StepProgress } from '@flotilla/shared/protocol/runnerMessages';
import { connectUser, type ServiceClient } from '../scripts/launch/serviceClient.ts';
import { startService } from '../scripts/launch/serviceProgram.ts';
import { openEditor, type Editor } from '../test/e2e/support/editor.ts';
import { packExtension } from '../test/e2e/support/packExtension.ts';
import { connectRunner, type TestRunner } from '../test/support/testRunner.ts';
import { runnerToken, userToken } from '../test/support/tokens.ts';
import { waitFor } from '../test/support/waitFor.ts';
import { findHost, watchedHost, type ExtensionHost } from './support/extensionHost.ts';
import type { Benchmark, Figure } from './support/figure.ts';
import { openLocalService } from './support/localService.ts';
import { openQueue } from './support/queuedJobs.ts';
import type { HostSample } from './support/watchHost.ts';

const jobs = 10_000;
/** Rows of Jobs that change each second: a Job changes when it is claimed, goes on to its next Step, and ends. */
const changesASecond = 50;
const changesOfAJob = 3;
/** Longer than this benchmark takes: nobody renews the leases. */
const env = { FLOTILLA_LEASE_MS: '3600000', FLOTILLA_LOG_LEVEL: 'warn' };
const megabyte = 1e6;
/** Where a profile of the extension host goes, when it is asked for by `FLOTILLA_PROFILE`. */
const profiles = process.env['FLOTILLA_PROFILE'];

/**
 * The tree *Executions* of real VS Code with all 10,000 Jobs of an Execution opened, of which 50 change each second: how
 * long they take to be there, the longest task of the extension host while they come, while they change and when all
 * that wait are paused, and what its heap grows by, without garbage. Wall time, and time of the processor beside it: less, where others had that one.
 * The Jobs are claimed by the runners' protocol and run nowhere. The real length is `--seconds 600`.
 */
export const tree10000Jobs: Benchmark = async function* (settings) {
  await using resources = new AsyncDisposableStack();
  const local = resources.use(await openLocalService({ leaseMs: Number(env.FLOTILLA_LEASE_MS) }));
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-bench-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const { url } = resources.use(
    await startService({ dataFolder: join(folder, 'data'), databaseUrl: local.postgres.url, env }),
  );
  await (await openQueue(local.service, jobs)).enqueue(jobs);
  const runner = resources.use(
    await connectRunner({ serverUrl: url, token: await runnerToken(local.service.sql), labels: ['linux'] }),
  );
  const token = await userToken(local.service.sql, 'reader', 'member');
  const { api } = resources.use(connectUser(url, token));
  const { editor, host } = resources.use(await openWatchedEditor(folder, url, token));
  const { executions } = editor.workbench;
  await executions.row(/#1$/).waitFor({ timeout: 30_000 });
  await untilQuiet(host);
  const endProfile = profiles === undefined ? undefined : await host.profile();

  const openedAt = performance.now();
  await executions.expand(/#1$/);
  await executions.row('repository-1').waitFor({ timeout: 60_000 });
  const openSeconds = (performance.now() - openedAt) / 1000;
  await editor.workbench.page.keyboard.press('End');
  await executions.row(`repository-${jobs}`).waitFor({ timeout: 10_000 });
  const opening = await host.sample();
  settings.say(`all ${jobs} rows are there after ${openSeconds.toFixed(1)} s; now they change`);
  yield figure('open-s', openSeconds, 's');
  yield* longestTask('open-', [opening]);
  const { samples, heaps } = await watchChanges(host, runner, editor, settings);
  if (endProfile !== undefined) await writeFile(join(profiles ?? '', 'host.cpuprofile'), await endProfile());
  yield* longestTask('', samples);
  yield* longestTask('pause-', [await pauseAndResume(host, editor, api)]);
  const [first = 0] = heaps;
  yield figure('heap-mb', first / megabyte, 'MB');
  yield figure('heap-growth-mb', ((heaps.at(-1) ?? 0) - first) / megabyte, 'MB', heaps.length);
};

/** A window whose extension host can be asked, connected by its environment, with our views open. */
async function openWatchedEditor(
  folder: string,
  url: string,
  token: string,
): Promise<{ readonly editor: Editor; readonly host: ExtensionHost } & AsyncDisposable> {
  const workspace = join(folder, 'workspace');
  await mkdir(workspace);
  const { nodeArguments, env: watching } = watchedHost(folder);
  await packExtension();
  const editor = await openEditor(workspace, {
    nodeArguments,
    env: { ...watching, FLOTILLA_SERVER_URL: url, FLOTILLA_TOKEN: token },
  });
  await editor.workbench.openSideBar();
  const host = await findHost(folder);
  return { editor, host, [Symbol.asyncDispose]: () => editor[Symbol.asyncDispose]() };
}

/** Waits until what starts with a window has ended. */
async function untilQuiet(host: ExtensionHost): Promise<void> {
  let quietSince = performance.now();
  await waitFor(
    'the extension host to be quiet',
    async () => {
      const { longestCpuMs } = await host.sample();
      if (longestCpuMs > 20) quietSince = performance.now();
      return performance.now() - quietSince > 2000;
    },
    { timeoutMs: 60_000, everyMs: 200 },
  );
}

/** Has Jobs run for as long as was asked, and looks at the host each second; at its heap ten times. */
async function watchChanges(
  host: ExtensionHost,
  runner: TestRunner,
  editor: Editor,
  settings: { readonly seconds: number; say(text: string): void },
): Promise<{ readonly samples: readonly HostSample[]; readonly heaps: readonly number[] }> {
  const samples: HostSample[] = [];
  const heaps: number[] = [];
  const heapEvery = Math.ceil(settings.seconds / 10);
  const isOver = new AbortController();
  const changing = runJobs(runner, isOver.signal);
  const startedAt = performance.now();
  for (let second = 1; second <= settings.seconds; second++) {
    await Promise.race([
      changing,
      sleep(Math.max(0, startedAt + second * 1000 - performance.now()), isOver.signal),
    ]);
    samples.push(await host.sample());
    if (second % heapEvery !== 0) continue;
    const { heapBytes } = await host.sample('collected');
    heaps.push(heapBytes);
    const longestMs = Math.max(...samples.map((sample) => sample.longestMs));
    settings.say(
      `${second} s: heap ${(heapBytes / megabyte).toFixed(1)} MB, longest task ${longestMs.toFixed(0)} ms, ${await editor.workbench.executions.head()}`,
    );
  }
  isOver.abort();
  const changed = await changing;
  settings.say(`${(changed / settings.seconds).toFixed(0)} rows changed each second`);
  return { samples, heaps };
}

/** Claims Jobs at an even pace, reports a Step of each a second later, and ends it after another; returns the changes. */
async function runJobs(runner: TestRunner, signal: AbortSignal): Promise<number> {
  const running: { readonly job: ClaimedJob; readonly since: number; isReported: boolean }[] = [];
  const startedAt = performance.now();
  let claimed = 0;
  while (!signal.aborted) {
    const now = performance.now();
    const due = Math.floor(((now - startedAt) / 1000) * (changesASecond / changesOfAJob)) - claimed;
    const started = due > 0 ? await runner.claim(due) : [];
    claimed += started.length;
    running.push(...started.map((job) => ({ job, since: now, isReported: false })));
    const reporting = running.filter(({ since, isReported }) => !isReported && now - since > 1000);
    for (const entry of reporting) entry.isReported = true;
    await Promise.all(reporting.map(({ job }) => runner.service.progress(job, [firstStep()])));
    const ended = running.filter(({ since }) => now - since > 2000);
    running.splice(0, ended.length);
    await Promise.all(ended.map(({ job }) => runner.succeed(job)));
    await sleep(50, signal);
  }
  return claimed * changesOfAJob;
}

/** All queued Jobs change at once, more than one message of the feed takes, and change back. */
async function pauseAndResume(
  host: ExtensionHost,
  editor: Editor,
  api: ServiceClient['api'],
): Promise<HostSample> {
  const { executions, page } = editor.workbench;
  await page.keyboard.press('End');
  const lastRow = `repository-${jobs}`;
  await executions.untilDescribed(lastRow, /queued/);
  await untilQuiet(host);
  await host.sample();
  await api.executions.pause.mutate({ executionId: 1 });
  await executions.untilDescribed(lastRow, /held|paused/);
  await api.executions.resume.mutate({ executionId: 1 });
  await executions.untilDescribed(lastRow, /queued/);
  return host.sample();
}

function firstStep(): StepProgress {
  return {
    index: 0,
    state: 'running',
    exitCode: null,
    imageDigest: null,
    startedAt: Date.now(),
    endedAt: null,
  };
}

function* longestTask(when: string, samples: readonly HostSample[]): Generator<Figure> {
  const n = samples.length;
  yield figure(`${when}longest-task-ms`, Math.max(...samples.map(({ longestMs }) => longestMs)), 'ms', n);
  yield figure(
    `${when}longest-task-cpu-ms`,
    Math.max(...samples.map(({ longestCpuMs }) => longestCpuMs)),
    'ms',
    n,
  );
}

function figure(name: string, value: number, unit: string, n = 1): Figure {
  return { name: `tree-10000-jobs-${name}`, value, unit, n, spread: 0 };
}

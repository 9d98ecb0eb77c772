import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptView, ExecutionView } from '@flotilla/shared/views';
import { expect } from 'vitest';
import { containersOf, engineLogOf } from './containers.ts';
import type { Deployment } from './deployment.ts';
import { countOf } from './faultDeployment.ts';
import type { FollowedLog } from './followedLog.ts';
import { readLog } from './logs.ts';
import { hashesOf, linesIn, numberedLinesScript, truth, type Hashes } from './numberedLines.ts';
import { currentAttempt, letGo } from './steps.ts';
import { waitFor } from './waitFor.ts';

/** Starts the Step of numbered lines on one repository, and waits until it has begun. */
export async function startStreaming(
  deployment: Deployment,
  more: Readonly<Record<string, unknown>> = {},
  script = numberedLinesScript,
): Promise<{ readonly execution: ExecutionView; readonly attempt: AttemptView }> {
  const execution = await deployment.startScript('repo:^repository-01$', script, more);
  return { execution, attempt: await currentAttempt(deployment, execution, 1) };
}

/** Waits until a client has read so many lines more: the stream flows. */
export async function flows(log: FollowedLog, more = 200, timeoutMs = 60_000): Promise<void> {
  const before = linesIn(log.records);
  await waitFor(`${more} lines more`, () => linesIn(log.records) >= before + more, {
    timeoutMs,
    everyMs: 50,
  });
}

/**
 * Waits until the Step of numbered lines has written so many lines more, by the engine's own log: a thousand take a second,
 * and longer on a busy machine. For a fault that lasts.
 */
export async function writesOn(attempt: AttemptView, more: number): Promise<void> {
  const lines = async () => (await engineLogOf(attempt)).match(/^out \d+$/gm)?.length ?? 0;
  const before = await lines();
  await waitFor(`the Step to write ${more} lines more`, async () => (await lines()) >= before + more, {
    timeoutMs: 30_000 + 10 * more,
    everyMs: 250,
  });
}

/** The oracle of docs/reliability.md, for a log whose Step has ended. */
export interface Oracle {
  readonly written: Hashes;
  readonly stored: Hashes;
  readonly read: Hashes;
  /** What went wrong for the reader. */
  readonly faults: readonly string[];
}

/**
 * Lets the Step of numbered lines end, and says what was written, what is stored, and what the client has read. The
 * Job has its result from that Attempt, its last, and no container is left.
 */
export async function letEnd(
  deployment: Deployment,
  runner: { readonly stateFolder: string },
  execution: ExecutionView,
  attempt: AttemptView,
  log: FollowedLog,
): Promise<Oracle> {
  await letGo(runner, attempt);
  const { jobs } = await deployment.ended(execution);
  const [job] = jobs.values();
  expect(job).toMatchObject({ state: 'succeeded', attemptCount: attempt.number });
  await waitFor('the client to have read the end', () => log.ended);
  const written = truth(await countOf(deployment, execution, attempt));
  const stored = hashesOf(await readLog(deployment.client, attempt.id));
  const read = hashesOf(log.records);
  await waitFor(
    'the log to be sealed',
    async () => (await deployment.attemptsOf(attempt.jobId)).at(-1)?.logSealed,
  );
  expect(await containersOf(attempt)).toEqual([]);
  return { written, stored, read, faults: log.faults };
}

/** How many lines an Attempt wrote whose Step was let go, as its work tree says once the Step has ended. */
export async function linesWritten(
  runner: { readonly stateFolder: string },
  attempt: AttemptView,
): Promise<number> {
  const file = join(runner.stateFolder, 'attempts', String(attempt.id), 'work', 'count');
  const text = await waitFor('the Step to say how many lines it wrote', async () => {
    // As long as it is not there, it is waited for.
    const content = await readFile(file, 'utf8').catch(() => '');
    return content.endsWith('\n') && content;
  });
  return Number(text);
}

/**
 * The Job of an Execution of numbered lines has succeeded, and its one result is that of an Attempt, whose log is what
 * was written. `states` are those of all its Attempts, in order.
 */
export async function expectResultOf(
  deployment: Deployment,
  execution: ExecutionView,
  attempt: AttemptView,
  states: readonly string[],
): Promise<void> {
  const { jobs } = await deployment.ended(execution);
  expect([...jobs.values()]).toMatchObject([
    { state: 'succeeded', attemptCount: states.length, currentAttemptId: attempt.id },
  ]);
  expect((await deployment.attemptsOf(attempt.jobId)).map(({ state }) => state)).toEqual(states);
  const stored = hashesOf(await readLog(deployment.client, attempt.id));
  expect(stored).toEqual(truth(await countOf(deployment, execution, attempt)));
}

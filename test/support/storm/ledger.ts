import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@flotilla/shared/errors';
import { isAttemptLive } from '@flotilla/shared/lifecycle/attemptLifecycle';
import { maxLostAttempts } from '@flotilla/shared/lifecycle/jobLifecycle';
import type { LogRecord } from '@flotilla/shared/logs/frame';
import type { AttemptView, JobView } from '@flotilla/shared/views';
import { attemptFoldersOf, containersOf } from '../containers.ts';
import { readLog, readLogSoFar } from '../logs.ts';
import { hashesOf, linesIn, truth, type Hashes } from '../numberedLines.ts';
import type { Fleet } from './fleet.ts';
import { linesOfJob, type Load } from './load.ts';
import { persist } from '../persist.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

/** What came of a load, and everything that is wrong with it: the oracle of docs/reliability.md. */
export interface Ledger {
  readonly jobs: number;
  /** Jobs by state. */
  readonly states: Readonly<Record<string, number>>;
  readonly attempts: number;
  /** Attempts by state. */
  readonly attemptStates: Readonly<Record<string, number>>;
  /** Logs of which stored bytes, and where a client followed them what it read, were compared with the truth. */
  readonly comparedLogs: number;
  readonly followedLogs: number;
  /** One sentence for each thing that is wrong; empty when nothing is. */
  readonly wrong: readonly string[];
}

/** How long sealing and removing may take after the last Job has ended, in milliseconds; runners look every 60 s. */
const settleMs = 75_000;

/** Reads everything back. Only when all Jobs have ended. */
export async function readLedger(fleet: Fleet, load: Load): Promise<Ledger> {
  const wrong: string[] = [];
  const states: Record<string, number> = {};
  const attemptStates: Record<string, number> = {};
  const expected = truth(linesOfJob);
  let jobs = 0;
  let attempts = 0;
  let comparedLogs = 0;
  for (const executionId of load.executionIds) {
    for (const job of await persist(() => listJobs(fleet.client.api, executionId))) {
      jobs += 1;
      count(states, job.state);
      const tried = await sealedAttempts(fleet, job);
      wrong.push(...wrongWith(job, tried));
      for (const attempt of tried) {
        attempts += 1;
        count(attemptStates, attempt.state);
        comparedLogs += 1;
        wrong.push(...(await wrongWithLog(fleet, attempt, expected, load)));
      }
    }
  }
  wrong.push(...(await leftBehind(fleet)));
  return { jobs, states, attempts, attemptStates, comparedLogs, followedLogs: load.followed.size, wrong };
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

/** The Attempts of a Job, once the logs of those that ended well are sealed, which the service does after the end. */
async function sealedAttempts({ client }: Fleet, job: JobView): Promise<AttemptView[]> {
  const giveUpAt = performance.now() + settleMs;
  for (;;) {
    const attempts = await persist(() => client.api.attempts.list.query({ jobId: job.id }));
    const unsealed = attempts.filter(({ state, logSealed }) => state === 'succeeded' && !logSealed);
    if (unsealed.length === 0 || performance.now() > giveUpAt) return attempts;
    await delay(200);
  }
}

function wrongWith(job: JobView, attempts: readonly AttemptView[]): string[] {
  const name = `Job ${job.id}`;
  const results = attempts.filter(({ state }) => state === 'succeeded');
  const lost = attempts.filter(({ state }) => state === 'lost').length;
  const wrong = [
    ...attempts.filter(({ state }) => isAttemptLive(state)).map(({ id }) => `${name}: Attempt ${id} lives`),
    ...results
      .filter(({ logSealed }) => !logSealed)
      .map(({ id }) => `${name}: the log of ${id} is not sealed`),
  ];
  if (results.length > 1) wrong.push(`${name} has ${results.length} results`);
  if (job.state === 'succeeded') {
    if (results[0]?.id !== job.currentAttemptId) wrong.push(`${name}: the result is not its last Attempt's`);
    if (job.patch?.attemptId !== job.currentAttemptId) wrong.push(`${name} has no Patch`);
  } else if (job.state !== 'errored' || lost < maxLostAttempts) {
    // Errored after three losses is the stated end of a Job; any other end is a defect.
    wrong.push(`${name} is ${job.state} after ${lost} losses: ${JSON.stringify(job.outcome)}`);
  }
  return wrong;
}

async function wrongWithLog(
  fleet: Fleet,
  attempt: AttemptView,
  expected: Hashes,
  { followed }: Load,
): Promise<string[]> {
  const wrong: string[] = [];
  const name = `the log of Attempt ${attempt.id} (${attempt.state})`;
  let stored: LogRecord[];
  try {
    stored = await persist(() =>
      attempt.state === 'succeeded'
        ? readLog(fleet.client, attempt.id)
        : readLogSoFar(fleet.client, attempt.id),
    );
  } catch (error) {
    return [`${name} cannot be read: ${messageOf(error)}`];
  }
  const hashes = hashesOf(stored);
  if (attempt.state === 'succeeded') {
    if (!equal(hashes, expected)) wrong.push(`${name} is not what was written`);
  } else if (hashes.stdout !== truth(linesIn(stored)).stdout) {
    wrong.push(`${name} is no beginning of what was written`);
  }
  const read = followed.get(attempt.id);
  if (read === undefined) return wrong;
  const giveUpAt = performance.now() + settleMs;
  while (!read.ended && performance.now() < giveUpAt) await delay(50);
  if (!read.ended) wrong.push(`${name}: its reader was not told the end`);
  if (!equal(hashesOf(read.records), hashes)) wrong.push(`${name} is not what its reader read`);
  wrong.push(...read.faults.map((fault) => `${name}: its reader: ${fault}`));
  return wrong;
}

function equal(one: Hashes, other: Hashes): boolean {
  return one.stdout === other.stdout && one.stderr === other.stderr;
}

/** Containers and folders of runners, after the time that their removal may take. */
async function leftBehind({ runners }: Fleet): Promise<string[]> {
  const giveUpAt = performance.now() + settleMs;
  for (;;) {
    const left: string[] = [];
    for (const { name, stateFolder } of runners) {
      for (const id of await containersOf({ runner: name })) left.push(`container ${id} of ${name} is left`);
      for (const folder of await attemptFoldersOf(stateFolder))
        left.push(`folder ${folder} of ${name} is left`);
    }
    if (left.length === 0) return left;
    if (performance.now() > giveUpAt) {
      // Whoever reads of it wants to know what the runners had to say.
      return [...left, ...runners.map(({ name, program }) => `${name} said:\n${program.output()}`)];
    }
    await delay(500);
  }
}

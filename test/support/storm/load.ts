import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { followLog, type FollowedLog } from '../followedLog.ts';
import type { Fleet } from './fleet.ts';
import { persist } from '../persist.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

/** Numbered lines that each Job of the load writes to both descriptors. */
export const linesOfJob = 60;

/** What each Job of the load does: the oracle's lines, not all at once, and a change. */
const script = `
  i=0
  while [ $i -lt ${linesOfJob} ]; do
    i=$((i+1)); echo "out $i"; echo "err $i" >&2
    [ $((i % 20)) -ne 0 ] || sleep 0.02
  done
  echo $i > count`;

const lookMs = 500;

/** The Executions that were started, and what a client has read of some of their logs while they grew. */
export interface Load {
  readonly executionIds: readonly number[];
  /** By Attempt: those of the first Job of each Execution. */
  readonly followed: ReadonlyMap<number, FollowedLog>;
}

/**
 * Starts Executions, one when the last but one has ended, until the signal aborts and there are at least so many Jobs;
 * then waits until all have ended.
 */
export async function keepBusy(
  fleet: Fleet,
  { minimumJobs, over, patienceMs }: { minimumJobs: number; over: AbortSignal; patienceMs: number },
): Promise<Load> {
  const executionIds: number[] = [];
  const followed = new Map<number, FollowedLog>();
  let jobs = 0;
  let unended: number[] = [];
  let giveUpAt = Infinity;
  for (;;) {
    const enough = over.aborted && jobs >= minimumJobs;
    if (!enough && unended.length < 2) {
      const { id, count } = await startExecution(fleet);
      executionIds.push(id);
      unended.push(id);
      jobs += count;
      continue;
    }
    if (enough && unended.length === 0) return { executionIds, followed };
    if (enough && giveUpAt === Infinity) giveUpAt = performance.now() + patienceMs;
    if (performance.now() > giveUpAt)
      throw new Error(
        `Executions ${unended.join(', ')} had not ended ${patienceMs / 1000} s after the storm`,
      );
    unended = await stillUnended(fleet, unended);
    for (const id of unended) await followFirstJob(fleet, id, followed);
    await delay(lookMs);
  }
}

async function startExecution({ client }: Fleet): Promise<{ id: number; count: number }> {
  const requestKey = randomUUID();
  const execution = await persist(() =>
    client.api.executions.create.mutate({
      requestKey,
      fileName: 'storm.action.json',
      text: JSON.stringify({
        name: 'storm',
        scopeQuery: 'repo:',
        steps: [{ type: 'command', args: ['sh', '-c', script] }],
      }),
      baseVersion: null,
      origin: null,
      repositories: null,
    }),
  );
  return { id: execution.id, count: Object.values(execution.counts).reduce((sum, count) => sum + count, 0) };
}

async function stillUnended({ client }: Fleet, executionIds: readonly number[]): Promise<number[]> {
  const still: number[] = [];
  for (const executionId of executionIds) {
    const { endedAt } = await persist(() => client.api.executions.get.query({ executionId }));
    if (endedAt === null) still.push(executionId);
  }
  return still;
}

async function followFirstJob(
  { client }: Fleet,
  executionId: number,
  followed: Map<number, FollowedLog>,
): Promise<void> {
  const [job] = await persist(() => listJobs(client.api, executionId));
  const attemptId = job?.currentAttemptId ?? null;
  if (attemptId !== null && !followed.has(attemptId)) followed.set(attemptId, followLog(client, attemptId));
}

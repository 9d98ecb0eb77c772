import type { WaitingReason, WaitingView } from '@flotilla/shared/views';
import type { User } from '../auth/tokens.ts';
import type { Config } from '../config.ts';
import type { Sql } from '../db/database.ts';
import { selectWaiting, type WaitingRow } from './queries/selectWaiting.ts';
import { isVisible } from './requireVisible.ts';

/** Why a queued Job waits, and its place in the queue. Null for a Job that does not wait. */
export async function whyWaiting(
  { sql, config }: { readonly sql: Sql; readonly config: Config },
  user: User,
  jobId: number,
): Promise<WaitingView | null> {
  if (!(await isVisible(sql, user, { jobId }))) return null;
  const row = await selectWaiting(sql, jobId, config.leaseMs);
  if (row === undefined) return null;
  const reason = reasonOf(row);
  return {
    jobId,
    reason,
    message: sentences[reason](row),
    place: row.ready ? row.before + 1 : null,
    until: reason === 'backOff' ? row.notBefore : null,
  };
}

function reasonOf(row: WaitingRow): WaitingReason {
  if (!row.ready) {
    if (row.paused) return 'paused';
    if (row.backsOff === true) return 'backOff';
    // Without a limit it is only that the next look has not come yet.
    if (row.maxParallel !== null) return 'maxParallel';
  }
  if (row.online === 0) return 'noRunner';
  if (row.withLabels === 0) return 'noRunnerWithLabels';
  return row.claiming === 0 ? 'runnersNotClaiming' : 'turn';
}

const sentences: Readonly<Record<WaitingReason, (row: WaitingRow) => string>> = {
  paused: ({ pausedBy }) =>
    pausedBy === null
      ? 'Its execution is paused, because so many jobs failed as "maxFailures" says. Resume or cancel it.'
      : `Its execution was paused by ${pausedBy}. Resume it to go on.`,
  backOff: () => 'Its last attempt errored; it is tried again in a moment.',
  maxParallel: ({ maxParallel }) =>
    `${maxParallel ?? 0} jobs of its execution may run at the same time, and others are before it.`,
  noRunner: () => 'No runner is online. Start one with "npm run runner".',
  noRunnerWithLabels: ({ requires }) =>
    `No runner that is online has the ${requires.length === 1 ? 'label' : 'labels'} ${requires.join(', ')}.`,
  runnersNotClaiming: () => 'Every runner that could take it is draining or has a problem.',
  turn: ({ before }) =>
    before === 0 ? 'It is next.' : `${before} ${before === 1 ? 'job is' : 'jobs are'} before it.`,
};

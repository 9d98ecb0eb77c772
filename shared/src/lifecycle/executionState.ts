import type { JobState } from './jobLifecycle.ts';

/** States of an Execution: `resolving` is stored, all others are derived from its Jobs. */
export type ExecutionState =
  | 'resolving'
  | 'queued'
  | 'running'
  | 'cancelling'
  | 'succeeded'
  | 'failed'
  | 'cancelled';

/** How many Jobs of an Execution are in each state. */
export type JobCounts = Readonly<Record<JobState, number>>;

/** Counts of an Execution without Jobs. */
export const noJobs: JobCounts = {
  queued: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  timedOut: 0,
  cancelled: 0,
  errored: 0,
};

/**
 * The state of an Execution. It has ended only when all its Jobs have; then it failed if any Job did, else it was
 * cancelled if any Job was, else it succeeded.
 */
export function executionState(counts: JobCounts, cancelRequested: boolean): ExecutionState {
  const live = counts.queued + counts.running;
  if (live > 0 && cancelRequested) return 'cancelling';
  if (live > 0) return live === jobCount(counts) && counts.running === 0 ? 'queued' : 'running';
  if (counts.failed + counts.timedOut + counts.errored > 0) return 'failed';
  return counts.cancelled > 0 ? 'cancelled' : 'succeeded';
}

/** How many Jobs there are. */
export function jobCount(counts: JobCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Whether nothing more will happen in an Execution by itself. */
export function isExecutionEnded(state: ExecutionState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled';
}

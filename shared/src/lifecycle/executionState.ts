import type { JobState } from './jobLifecycle.ts';

/** States of an Execution: that it is resolved, and that it has ended, is stored; all else is derived from its Jobs. */
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

/** What of the state of an Execution its Jobs do not say. */
export interface ExecutionMarks {
  readonly cancelRequested: boolean;
  /** Whether its end has been marked, which is a moment after its last Job has ended. */
  readonly hasEnded: boolean;
}

/**
 * The state of an Execution that has been resolved. It has ended only when all its Jobs have, and that has been marked;
 * then it failed if any Job did, else it was cancelled if any Job was, else it succeeded.
 */
export function executionState(counts: JobCounts, marks: ExecutionMarks): ExecutionState {
  if (!marks.hasEnded) {
    if (marks.cancelRequested) return 'cancelling';
    const jobs = jobCount(counts);
    return jobs > 0 && counts.queued === jobs ? 'queued' : 'running';
  }
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

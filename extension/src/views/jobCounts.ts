import { jobCount, type JobCounts } from '@flotilla/shared/lifecycle/executionState';

/** Jobs that did not get through, by themselves. */
export function failedJobs({ failed, timedOut, errored }: JobCounts): number {
  return failed + timedOut + errored;
}

/** Jobs that *Rerun Failed Jobs* runs again: those that failed, and those that were cancelled. */
export function unsuccessfulJobs(counts: JobCounts): number {
  return failedJobs(counts) + counts.cancelled;
}

/** Jobs that have ended, in whatever way. */
export function endedJobs(counts: JobCounts): number {
  return jobCount(counts) - counts.queued - counts.running;
}

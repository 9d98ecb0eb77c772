/** States of a Job. Spec: docs/spec/jobLifecycle.md. */
export const jobStates = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'timedOut',
  'cancelled',
  'errored',
] as const;
export type JobState = (typeof jobStates)[number];

/** So many lost Attempts end a Job as errored, so that a Job that kills its runner does not do so for ever. */
export const maxLostAttempts = 3;

/** So many errored Attempts end a Job as errored; those before are tried again by themselves, after a pause. */
export const maxErroredAttempts = 3;

/** What can happen to a Job. `abandon` is the loss of its last permitted Attempt, `retry` an errored one that is not the last. */
export const jobEvents = [
  'claim',
  'succeed',
  'fail',
  'timeOut',
  'error',
  'retry',
  'cancel',
  'lose',
  'abandon',
  'release',
  'rerun',
] as const;
export type JobEvent = (typeof jobEvents)[number];

const ended = {
  claim: null,
  succeed: null,
  fail: null,
  timeOut: null,
  error: null,
  retry: null,
  cancel: null,
  lose: null,
  abandon: null,
  release: null,
  rerun: 'queued',
} as const;

/** Every cell is decided; null means that the event is refused in that state. */
export const jobTransitions = {
  queued: {
    claim: 'running',
    succeed: null,
    fail: null,
    timeOut: null,
    error: null,
    retry: null,
    cancel: 'cancelled',
    lose: null,
    abandon: null,
    release: null,
    rerun: null,
  },
  running: {
    claim: null,
    succeed: 'succeeded',
    fail: 'failed',
    timeOut: 'timedOut',
    error: 'errored',
    retry: 'queued',
    cancel: 'cancelled',
    lose: 'queued',
    abandon: 'errored',
    release: 'queued',
    rerun: null,
  },
  succeeded: ended,
  failed: ended,
  timedOut: ended,
  cancelled: ended,
  errored: ended,
} as const satisfies Record<JobState, Record<JobEvent, JobState | null>>;

/** The state after an event, or null when the event is refused. */
export function nextJobState(state: JobState, event: JobEvent): JobState | null {
  return jobTransitions[state][event];
}

/** Whether a Job has its result: only a rerun can change it. */
export function isJobEnded(state: JobState): boolean {
  return state !== 'queued' && state !== 'running';
}

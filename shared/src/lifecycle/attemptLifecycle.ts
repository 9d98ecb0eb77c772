/** States of an Attempt. Spec: docs/spec/jobLifecycle.md. */
export const attemptStates = [
  'claimed',
  'running',
  'succeeded',
  'failed',
  'timedOut',
  'cancelled',
  'errored',
  'lost',
  'released',
] as const;
export type AttemptState = (typeof attemptStates)[number];

/** What can happen to an Attempt. `start` is its first Step, `lose` the end of its lease. */
export const attemptEvents = [
  'start',
  'succeed',
  'fail',
  'timeOut',
  'cancel',
  'error',
  'lose',
  'release',
] as const;
export type AttemptEvent = (typeof attemptEvents)[number];

const ended = {
  start: null,
  succeed: null,
  fail: null,
  timeOut: null,
  cancel: null,
  error: null,
  lose: null,
  release: null,
} as const;

const live = {
  start: 'running',
  succeed: 'succeeded',
  fail: 'failed',
  timeOut: 'timedOut',
  cancel: 'cancelled',
  error: 'errored',
  lose: 'lost',
  release: 'released',
} as const;

/** Every cell is decided; null means that the event is refused. An Attempt that has ended never changes again. */
export const attemptTransitions = {
  claimed: live,
  running: { ...live, start: null },
  succeeded: ended,
  failed: ended,
  timedOut: ended,
  cancelled: ended,
  errored: ended,
  lost: ended,
  released: ended,
} as const satisfies Record<AttemptState, Record<AttemptEvent, AttemptState | null>>;

/** The states in which an Attempt's Runner may write to it. */
export const liveAttemptStates = ['claimed', 'running'] as const satisfies readonly AttemptState[];

/** Whether an Attempt's log and result can still grow. */
export function isAttemptLive(state: AttemptState): boolean {
  return state === 'claimed' || state === 'running';
}

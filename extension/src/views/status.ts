import type { AttemptState } from '@flotilla/shared/lifecycle/attemptLifecycle';
import type { ExecutionState } from '@flotilla/shared/lifecycle/executionState';
import type { JobState } from '@flotilla/shared/lifecycle/jobLifecycle';
import type { StepView } from '@flotilla/shared/views';

/** Every state that a row of a tree can have. */
export type ShownState =
  | ExecutionState
  | JobState
  | AttemptState
  | StepView['state']
  | 'noChanges'
  | 'paused'
  | 'held';

export interface Status {
  /** Name of a codicon. */
  readonly icon: string;
  /** Id of a theme colour. */
  readonly color: string;
  /** How it is read out; also the words of a tooltip. */
  readonly spoken: string;
}

const queued: Status = { icon: 'circle-outline', color: 'testing.iconQueued', spoken: 'queued' };
const running: Status = { icon: 'sync~spin', color: 'charts.blue', spoken: 'running' };
const failed: Status = { icon: 'error', color: 'testing.iconFailed', spoken: 'failed' };

/** The one table from states to what is seen and heard. A colour is never the only difference. */
export const statuses = {
  resolving: { icon: 'search', color: 'charts.blue', spoken: 'resolving its scope' },
  queued,
  paused: { icon: 'debug-pause', color: 'charts.yellow', spoken: 'paused' },
  held: { icon: 'circle-large-outline', color: 'disabledForeground', spoken: 'queued, and held back' },
  pending: { ...queued, spoken: 'not started' },
  claimed: { ...running, spoken: 'preparing' },
  running,
  cancelling: { icon: 'loading~spin', color: 'charts.yellow', spoken: 'cancelling' },
  succeeded: { icon: 'pass', color: 'testing.iconPassed', spoken: 'succeeded' },
  noChanges: { icon: 'debug-step-over', color: 'testing.iconSkipped', spoken: 'succeeded without changes' },
  failed,
  timedOut: { icon: 'watch', color: 'testing.iconFailed', spoken: 'timed out' },
  errored: { icon: 'warning', color: 'testing.iconErrored', spoken: 'errored' },
  cancelled: { icon: 'circle-slash', color: 'disabledForeground', spoken: 'cancelled' },
  lost: { icon: 'debug-disconnect', color: 'testing.iconErrored', spoken: 'lost its runner' },
  released: { icon: 'discard', color: 'disabledForeground', spoken: 'given back by its runner' },
} as const satisfies Record<ShownState, Status>;

import type {
  AttemptView,
  Changes,
  ExecutionView,
  JobView,
  QueueView,
  RunnerView,
} from '@flotilla/shared/views';

/** Executions that are held, however many the feed names; of those that a person asked for there are less. */
export const maxExecutions = 1000;
/** Jobs of one Execution. */
const maxJobs = 100_000;
/** Attempts of one Job. */
const maxAttempts = 1000;

/** What this window holds of the service's rows. Never changed in place. */
export interface ModelState {
  readonly executions: ReadonlyMap<number, ExecutionView>;
  /** By Execution, for those whose Jobs were asked for; an inner map is in the order of repository names. */
  readonly jobs: ReadonlyMap<number, ReadonlyMap<number, JobView>>;
  /** By Job, for Jobs of those Executions. */
  readonly attempts: ReadonlyMap<number, ReadonlyMap<number, AttemptView>>;
  /** Undefined before the service has said it. */
  readonly runnersOnline: number | undefined;
  /** All Runners by name; undefined before the service has said them. */
  readonly runners: readonly RunnerView[] | undefined;
  readonly queue: QueueView | undefined;
}

export const emptyState: ModelState = {
  executions: new Map(),
  jobs: new Map(),
  attempts: new Map(),
  runnersOnline: undefined,
  runners: undefined,
  queue: undefined,
};

/** What a step of the model touched, so that only that is drawn again. */
export interface Touched {
  readonly executions: ReadonlySet<number>;
  readonly jobs: ReadonlySet<number>;
  /** Jobs of which an Attempt came or changed. */
  readonly attempts: ReadonlySet<number>;
  /** Whether Executions came or went: the list itself is another. */
  readonly list: boolean;
  /** Executions whose Jobs came or went. */
  readonly jobLists: ReadonlySet<number>;
  /** Whether anything but the time they were last seen has changed of the Runners. */
  readonly runners: boolean;
  /** Names of Runners of which an Attempt came or changed. */
  readonly busyRunners: ReadonlySet<string>;
  /** Whether the queue is longer or shorter. */
  readonly queue: boolean;
}

export const nothingTouched: Touched = {
  executions: new Set(),
  jobs: new Set(),
  attempts: new Set(),
  list: false,
  jobLists: new Set(),
  runners: false,
  busyRunners: new Set(),
  queue: false,
};

export interface Step {
  readonly state: ModelState;
  readonly touched: Touched;
}

/** Rows that replace what is held; the number of Runners where it is known. */
export type ChangedRows = Omit<Changes, 'listAnew' | 'runnersOnline'> & {
  readonly runnersOnline: number | undefined;
};

/** Takes in one message of the feed. */
export function applyChanges(state: ModelState, changes: ChangedRows): Step {
  const removed = new Set(changes.removed);
  const executions = changes.executions.filter(({ id }) => !removed.has(id));
  const isNew = executions.some((execution) => !state.executions.has(execution.id));
  const isGone = changes.removed.some((id) => state.executions.has(id));
  const held = changes.jobs.filter(
    ({ executionId }) => state.jobs.has(executionId) && !removed.has(executionId),
  );
  const heldIds = new Set(held.map((job) => job.id));
  const attempts = changes.attempts.filter(
    ({ jobId }) => heldIds.has(jobId) || [...state.jobs.values()].some((jobs) => jobs.has(jobId)),
  );
  const touched: Touched = {
    executions: new Set(executions.map((execution) => execution.id)),
    jobs: heldIds,
    attempts: new Set(attempts.map((attempt) => attempt.jobId)),
    list: isNew || isGone,
    jobLists: new Set(
      held.filter((job) => !state.jobs.get(job.executionId)?.has(job.id)).map((job) => job.executionId),
    ),
    runners: changes.runners !== null,
    busyRunners: new Set(changes.attempts.map((attempt) => attempt.runner)),
    queue: changes.queue !== null,
  };
  return {
    state: {
      executions: without(newest(withRows(state.executions, executions), maxExecutions), removed),
      jobs: without(
        withGroups(state.jobs, held, (job) => job.executionId, maxJobs),
        removed,
      ),
      attempts: without(
        withGroups(state.attempts, attempts, (attempt) => attempt.jobId, maxAttempts),
        new Set(changes.removed.flatMap((id) => [...(state.jobs.get(id)?.keys() ?? [])])),
      ),
      runnersOnline: changes.runnersOnline,
      runners: changes.runners ?? state.runners,
      queue: changes.queue ?? state.queue,
    },
    touched,
  };
}

/**
 * More has changed than the feed says, and what is held is listed anew. Attempts are let go, because they are listed for
 * who looks at them; whatever else is known of the Jobs held (the files of their Patches) may be another.
 */
export function applyOutdated(state: ModelState): Step {
  return {
    state: { ...state, attempts: new Map() },
    touched: {
      ...nothingTouched,
      jobs: new Set([...state.jobs.values()].flatMap((jobs) => [...jobs.keys()])),
      attempts: new Set(state.attempts.keys()),
    },
  };
}

/**
 * Takes in a list of Executions, which replaces what was held. Rows that the feed sent since the list was asked for
 * stay: they are newer, or the feed will say so again. Those that it has said to be removed are not taken from the list.
 */
export function applyExecutions(
  state: ModelState,
  list: readonly ExecutionView[],
  since: { readonly executions: ReadonlySet<number>; readonly removed: ReadonlySet<number> },
): Step {
  const kept = [...since.executions].flatMap((id) => state.executions.get(id) ?? []);
  const listed = list.filter(({ id }) => !since.removed.has(id));
  const executions = new Map([...listed, ...kept].map((row) => [row.id, row]));
  const jobs = new Map([...state.jobs].filter(([executionId]) => executions.has(executionId)));
  return {
    state: { ...state, executions, jobs },
    touched: {
      ...nothingTouched,
      executions: changedRows(state.executions, executions),
      list: !haveSameKeys(state.executions, executions),
    },
  };
}

/** Takes in all Jobs of an Execution; from then on the feed keeps them. */
export function applyJobs(
  state: ModelState,
  executionId: number,
  list: readonly JobView[],
  sinceAsked: ReadonlySet<number>,
): Step {
  const held = state.jobs.get(executionId);
  const rows = newestOf(held, list, sinceAsked);
  const jobLists = held !== undefined && !haveSameKeys(held, rows) ? [executionId] : [];
  return {
    state: { ...state, jobs: new Map(state.jobs).set(executionId, rows) },
    touched: { ...nothingTouched, jobs: changedRows(held ?? new Map(), rows), jobLists: new Set(jobLists) },
  };
}

/** Takes in all Attempts of a Job. */
export function applyAttempts(
  state: ModelState,
  jobId: number,
  list: readonly AttemptView[],
  sinceAsked: ReadonlySet<number>,
): Step {
  const held = state.attempts.get(jobId) ?? new Map<number, AttemptView>();
  const rows = newestOf(held, list, sinceAsked);
  const isSame = haveSameKeys(held, rows) && changedRows(held, rows).size === 0;
  return {
    state: { ...state, attempts: new Map(state.attempts).set(jobId, rows) },
    touched: { ...nothingTouched, attempts: new Set(isSame ? [] : [jobId]) },
  };
}

/** The rows of a list, except where the feed has named one since the list was asked for: that row stays. */
function newestOf<T extends { readonly id: number }>(
  held: ReadonlyMap<number, T> | undefined,
  list: readonly T[],
  sinceAsked: ReadonlySet<number>,
): ReadonlyMap<number, T> {
  return new Map(
    list.map((row) => [row.id, (sinceAsked.has(row.id) ? held?.get(row.id) : undefined) ?? row]),
  );
}

function haveSameKeys(a: ReadonlyMap<number, unknown>, b: ReadonlyMap<number, unknown>): boolean {
  return a.size === b.size && [...a.keys()].every((key) => b.has(key));
}

/** Ids of rows that were held and are another now. Rows are plain data. */
function changedRows<T>(before: ReadonlyMap<number, T>, after: ReadonlyMap<number, T>): ReadonlySet<number> {
  const changed = [...after].filter(([id, row]) => {
    const held = before.get(id);
    return held !== undefined && JSON.stringify(held) !== JSON.stringify(row);
  });
  return new Set(changed.map(([id]) => id));
}

function withRows<T extends { readonly id: number }>(
  held: ReadonlyMap<number, T>,
  rows: readonly T[],
): ReadonlyMap<number, T> {
  if (rows.length === 0) return held;
  const next = new Map(held);
  for (const row of rows) next.set(row.id, row);
  return next;
}

/** Of too many rows those with the highest ids. */
function newest<T>(rows: ReadonlyMap<number, T>, most: number): ReadonlyMap<number, T> {
  if (rows.size <= most) return rows;
  const ids = [...rows.keys()].sort((a, b) => a - b);
  return without(rows, new Set(ids.slice(0, -most)));
}

function without<T>(held: ReadonlyMap<number, T>, ids: ReadonlySet<number>): ReadonlyMap<number, T> {
  return [...ids].some((id) => held.has(id)) ? new Map([...held].filter(([id]) => !ids.has(id))) : held;
}

function withGroups<T extends { readonly id: number }>(
  held: ReadonlyMap<number, ReadonlyMap<number, T>>,
  rows: readonly T[],
  groupOf: (row: T) => number,
  most: number,
): ReadonlyMap<number, ReadonlyMap<number, T>> {
  if (rows.length === 0) return held;
  const next = new Map(held);
  for (const [group, members] of Map.groupBy(rows, groupOf)) {
    next.set(group, newest(withRows(held.get(group) ?? new Map<number, T>(), members), most));
  }
  return next;
}

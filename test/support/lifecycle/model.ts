import {
  attemptTransitions,
  isAttemptLive,
  type AttemptEvent,
  type AttemptState,
} from '@flotilla/shared/lifecycle/attemptLifecycle';
import {
  isJobEnded,
  jobTransitions,
  maxErroredAttempts,
  maxLostAttempts,
  type JobEvent,
  type JobState,
} from '@flotilla/shared/lifecycle/jobLifecycle';
import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';

export interface AttemptModel {
  readonly job: JobModel;
  readonly runner: number;
  readonly claimKey: string;
  lease: LeaseRef;
  state: AttemptState;
}

export interface JobModel {
  readonly id: number;
  readonly execution: ExecutionModel;
  readonly attempts: AttemptModel[];
  state: JobState;
  rank: number;
  ready: boolean;
  backsOff: boolean;
  cancelRequested: boolean;
  lost: number;
  errored: number;
}

export interface ExecutionModel {
  readonly id: number;
  readonly maxParallel: number | null;
  readonly maxFailures: number | null;
  readonly jobs: JobModel[];
  paused: 'person' | 'failures' | null;
  failuresForgiven: number;
  cancelRequested: boolean;
  hasEnded: boolean;
  /** How often it has ended. */
  ends: number;
}

const isFailure = (job: JobModel) =>
  job.state === 'failed' || job.state === 'timedOut' || job.state === 'errored';

/** Executions, Jobs and Attempts as docs/spec/jobLifecycle.md has them: the tables, the queue and what holds a Job. */
export class LifecycleModel {
  readonly executions: ExecutionModel[] = [];
  /** Leases that a hello has replaced. */
  readonly staleLeases: LeaseRef[] = [];
  #lastRank = 0;

  get jobs(): JobModel[] {
    return this.executions.flatMap(({ jobs }) => jobs);
  }
  get attempts(): AttemptModel[] {
    return this.jobs.flatMap(({ attempts }) => attempts);
  }
  get live(): AttemptModel[] {
    return this.attempts.filter(({ state }) => isAttemptLive(state));
  }
  get ended(): AttemptModel[] {
    return this.attempts.filter(({ state }) => !isAttemptLive(state));
  }

  start(
    id: number,
    limits: Pick<ExecutionModel, 'maxParallel' | 'maxFailures'>,
    jobIds: readonly number[],
  ): void {
    const execution: ExecutionModel = {
      ...limits,
      id,
      jobs: [],
      paused: null,
      failuresForgiven: 0,
      cancelRequested: false,
      hasEnded: false,
      ends: 0,
    };
    for (const jobId of jobIds) {
      this.#lastRank += 1;
      execution.jobs.push({
        id: jobId,
        execution,
        attempts: [],
        state: 'queued',
        rank: this.#lastRank,
        ready: false,
        backsOff: false,
        cancelRequested: false,
        lost: 0,
        errored: 0,
      });
    }
    this.executions.push(execution);
    this.look();
  }

  /** The Jobs that a claim gets. */
  claimable(free: number): JobModel[] {
    return this.jobs
      .filter(({ state, ready }) => state === 'queued' && ready)
      .sort((a, b) => a.rank - b.rank)
      .slice(0, free);
  }

  claim(job: JobModel, runner: number, claimKey: string, lease: LeaseRef): void {
    move(job, 'claim');
    job.attempts.push({ job, runner, claimKey, lease, state: 'claimed' });
  }

  /** The first report of progress. */
  report(attempt: AttemptModel): void {
    if (attempt.state === 'claimed') step(attempt, 'start');
  }

  /** Ends a live Attempt. `retried` is whether an error may pass. */
  end(attempt: AttemptModel, event: Exclude<AttemptEvent, 'start'>, retried = false): void {
    const { job } = attempt;
    step(attempt, event);
    const by = jobEvent(job, event, retried);
    if (event === 'lose') job.lost += 1;
    if (event === 'error' && retried) job.errored += 1;
    if (by === 'retry') Object.assign(job, { ready: false, backsOff: true });
    move(job, by);
  }

  cancel(job: JobModel): void {
    if (isJobEnded(job.state)) return;
    job.cancelRequested = true;
    if (job.state === 'queued') move(job, 'cancel');
  }

  cancelExecution(execution: ExecutionModel): void {
    execution.cancelRequested = true;
    for (const job of execution.jobs) this.cancel(job);
  }

  /** Puts ended Jobs of one Execution behind all others. */
  rerun(execution: ExecutionModel, jobs: readonly JobModel[]): void {
    const failures = jobs.filter(isFailure).length;
    for (const job of jobs) {
      this.#lastRank += 1;
      move(job, 'rerun');
      Object.assign(job, {
        rank: this.#lastRank,
        ready: false,
        backsOff: false,
        cancelRequested: false,
        lost: 0,
        errored: 0,
      });
    }
    execution.cancelRequested = false;
    execution.hasEnded = false;
    execution.failuresForgiven = Math.max(0, execution.failuresForgiven - failures);
  }

  pause(execution: ExecutionModel): void {
    execution.paused ??= 'person';
  }

  resume(execution: ExecutionModel): void {
    if (execution.paused === null) return;
    execution.paused = null;
    execution.failuresForgiven = execution.jobs.filter(isFailure).length;
  }

  /** What the admission and the settlement make of it: after each event, when they have looked. */
  look(): void {
    for (const execution of this.executions) {
      admit(execution);
      settle(execution);
    }
  }
}

function admit(execution: ExecutionModel): void {
  const { jobs, maxFailures, maxParallel } = execution;
  const queued = jobs.filter(({ state }) => state === 'queued').sort((a, b) => a.rank - b.rank);
  const failures = jobs.filter(isFailure).length - execution.failuresForgiven;
  if (maxFailures !== null && failures >= maxFailures && queued.length > 0) execution.paused ??= 'failures';
  if (execution.paused !== null) {
    for (const job of queued) job.ready = false;
    return;
  }
  const running = jobs.filter(({ state }) => state === 'running').length;
  const room =
    maxParallel === null ? Infinity : maxParallel - running - queued.filter(({ ready }) => ready).length;
  const due = queued.filter(({ ready, backsOff }) => !ready && !backsOff);
  for (const job of due.slice(0, Math.max(0, room))) job.ready = true;
}

function settle(execution: ExecutionModel): void {
  if (execution.hasEnded || !execution.jobs.every(({ state }) => isJobEnded(state))) return;
  execution.hasEnded = true;
  execution.ends += 1;
}

/** What the end of a Job's current Attempt is for the Job. */
function jobEvent(job: JobModel, event: Exclude<AttemptEvent, 'start'>, retried: boolean): JobEvent {
  if (event === 'error')
    return retried && !job.cancelRequested && job.errored + 1 < maxErroredAttempts ? 'retry' : 'error';
  if (event !== 'lose' && event !== 'release') return event;
  if (job.cancelRequested) return 'cancel';
  return event === 'lose' && job.lost + 1 >= maxLostAttempts ? 'abandon' : event;
}

function move(job: JobModel, event: JobEvent): void {
  const next = jobTransitions[job.state][event];
  if (next === null) throw new Error(`the table refuses ${event} of a Job that is ${job.state}`);
  job.state = next;
}

function step(attempt: AttemptModel, event: AttemptEvent): void {
  const next = attemptTransitions[attempt.state][event];
  if (next === null) throw new Error(`the table refuses ${event} of an Attempt that is ${attempt.state}`);
  attempt.state = next;
}

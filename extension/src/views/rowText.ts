/** The words beside the names in the trees. Pure: what they say depends on the rows and the time alone. */
import { jobCount } from '@flotilla/shared/lifecycle/executionState';
import { describeOutcome } from '@flotilla/shared/lifecycle/describeOutcome';
import { oneLine } from '@flotilla/shared/text/oneLine';
import type {
  AttemptView,
  ChangedFile,
  ExecutionView,
  JobView,
  StepView,
  WaitingView,
} from '@flotilla/shared/views';
import { endedJobs, failedJobs } from './jobCounts.ts';
import { formatAge, formatDuration } from './time.ts';

const separator = ' · ';

type ErroredReason = Extract<NonNullable<JobView['outcome']>, { kind: 'errored' }>['reason'];

/** `12/40 · 3m` while it runs; afterwards also what came out. */
export function executionText(execution: ExecutionView, now: number): string {
  const { counts, endedAt } = execution;
  const total = jobCount(counts);
  const failed = failedJobs(counts);
  const started = execution.startedAt ?? execution.createdAt;
  if (execution.state === 'resolving') return 'finding its repositories';
  if (endedAt === null) {
    return joined(
      `${endedJobs(counts)}/${total}`,
      failed > 0 && `${failed} failed`,
      pauseText(execution) ?? false,
      execution.held > 0 && `${execution.held} held`,
      execution.startedAt === null ? 'queued' : formatDuration(now - started),
    );
  }
  const { cancelled } = counts;
  return joined(
    `${counts.succeeded}/${total}`,
    failed > 0 && `${failed} failed`,
    cancelled > 0 && `${cancelled} cancelled`,
    execution.changed > 0 ? `${execution.changed} changed` : counts.succeeded > 0 && 'no changes',
    formatDuration(endedAt - started),
    formatAge(now - endedAt),
  );
}

/** How many Jobs an Execution has, and that it is paused. */
export function jobsText(execution: ExecutionView): string {
  if (execution.state === 'resolving') return 'finding its repositories';
  return joined(jobsWord(jobCount(execution.counts)), pauseText(execution) ?? false);
}

/** Who paused an Execution, or which failures did; undefined where it is not paused or has nothing left to start. */
export function pauseText({ paused, counts }: ExecutionView): string | undefined {
  if (paused === null || counts.queued + counts.running === 0) return undefined;
  return paused.by === null
    ? `paused: ${jobsWord(failedJobs(counts))} failed`
    : `paused by ${oneLine(paused.by)}`;
}

function jobsWord(count: number): string {
  return count === 1 ? '1 Job' : `${count} Jobs`;
}

/**
 * Of a Job: how far it is, how it failed, or what it changed. The Attempt is its latest, where that is held; `waiting`
 * is why a queued one waits, where that was asked.
 */
export function jobText(
  job: JobView,
  attempt: AttemptView | undefined,
  now: number,
  waiting?: WaitingView,
): string {
  switch (job.state) {
    case 'queued':
      return joined(
        'queued',
        waiting === undefined ? job.held && 'held' : waitingText(waiting, job),
        job.attemptCount > 0 && `attempt ${job.attemptCount + 1}`,
      );
    case 'running':
      return runningText(job, attempt, now);
    case 'succeeded':
      return joined(
        !job.included && 'left out',
        job.patch === null ? 'no changes' : patchText(job.patch),
        tookText(job),
      );
    case 'errored':
      // A long sentence of ours is cut; that it was tried again is not.
      return joined(
        job.attemptCount > 1 && `${job.attemptCount} attempts`,
        job.outcome === null ? job.state : outcomeText(job.outcome),
        tookText(job),
      );
    case 'failed':
    case 'timedOut':
    case 'cancelled':
      return joined(endText(job), job.attemptCount > 1 && `${job.attemptCount} attempts`, tookText(job));
  }
}

/** How a Job ended. One that was cancelled while it waited again has the outcome of an Attempt that ended otherwise. */
function endText({ state, outcome }: JobView): string {
  const isOfOther = state === 'cancelled' && outcome?.kind !== 'cancelled';
  return outcome === null || isOfOther ? state : outcomeText(outcome);
}

/** Why a queued Job waits, in as few words as a narrow view shows. */
function waitingText({ reason, place }: WaitingView, { requires }: JobView): string {
  switch (reason) {
    case 'paused':
      return 'execution paused';
    case 'backOff':
      return 'errored, tried again soon';
    case 'maxParallel':
      return 'as many run as "maxParallel" says';
    case 'noRunner':
      return 'no runner is online';
    case 'noRunnerWithLabels':
      return `waits for a runner with ${requires.length === 1 ? 'label' : 'labels'} ${requires.join(', ')}`;
    case 'runnersNotClaiming':
      return 'no runner is claiming';
    case 'turn':
      return place === null || place === 1 ? 'next in the queue' : `${ordinal(place)} in the queue`;
  }
}

/** `1st`, `2nd`, `3rd`, `11th` */
function ordinal(count: number): string {
  const isTeen = Math.floor(count / 10) % 10 === 1;
  const suffix = isTeen ? undefined : ['th', 'st', 'nd', 'rd'][count % 10];
  return `${count}${suffix ?? 'th'}`;
}

function runningText(job: JobView, attempt: AttemptView | undefined, now: number): string {
  const steps = attempt?.steps ?? [];
  const running = steps.find((step) => step.state === 'running');
  const next = steps.find((step) => step.state === 'pending');
  const where =
    running !== undefined
      ? `step ${running.index + 1}/${steps.length}`
      : next === undefined
        ? 'finishing'
        : next.index === 0
          ? 'preparing'
          : `step ${next.index + 1}/${steps.length}`;
  return joined(
    attempt === undefined ? 'running' : steps.length === 0 ? 'preparing' : where,
    job.attemptCount > 1 && `attempt ${job.attemptCount}`,
    job.startedAt !== null && formatDuration(now - job.startedAt),
    running !== undefined && commandOf(running),
  );
}

/** How an Attempt ended, in as few words as a narrow view shows: of a failed Step its number and its exit code first. */
function outcomeText(outcome: NonNullable<JobView['outcome']>): string {
  if (outcome.kind === 'errored') return erroredText(outcome.reason, outcome.message);
  if (outcome.kind !== 'failed' || outcome.outOfMemory || outcome.outOfDisk) return describeOutcome(outcome);
  const { step, exitCode, lastLine } = outcome;
  return `step ${step + 1} exit ${exitCode}${lastLine === '' ? '' : `: ${lastLine}`}`;
}

/** Whose fault it was comes first, where the sentence may be cut. */
function erroredText(reason: ErroredReason, message: string): string {
  return reason === 'image' ? `image not available: ${message}` : `errored: ${message}`;
}

/** `3 files +12 −4` */
export function patchText(patch: NonNullable<JobView['patch']>): string {
  return `${patch.files} ${patch.files === 1 ? 'file' : 'files'} ${linesText(patch.addedLines, patch.removedLines)}`;
}

/** What happened to a file: its lines, its old path, its mode. */
export function fileText(file: ChangedFile): string {
  const { addedLines, removedLines, previousPath, baseMode, resultMode } = file;
  const isModeChanged = baseMode !== null && resultMode !== null && baseMode !== resultMode;
  const hasOther = previousPath !== null || isModeChanged;
  return joined(
    !(hasOther && addedLines === 0 && removedLines === 0) && linesText(addedLines, removedLines),
    previousPath !== null && `from ${previousPath}`,
    isModeChanged && `mode ${baseMode} \u2192 ${resultMode}`,
  );
}

/** `+12 −4`, or that there are no lines to count. */
function linesText(added: number | null, removed: number | null): string {
  return added === null || removed === null ? 'binary' : `+${added} \u2212${removed}`;
}

/**
 * Of an Attempt: how it ended, how long it took, where, what it changed, and what is not there of its log. A Step
 * that runs says itself how long it takes.
 */
export function attemptText(attempt: AttemptView, now: number): string {
  const outcome = attempt.outcome === null ? undefined : outcomeText(attempt.outcome);
  return joined(
    outcome ?? (attempt.state === 'claimed' ? 'preparing' : 'running'),
    !attempt.steps.some(({ state }) => state === 'running') &&
      formatDuration((attempt.endedAt ?? now) - attempt.claimedAt),
    attempt.runner,
    attempt.patch !== null && patchText(attempt.patch),
    attempt.logDamage !== null && 'log damaged',
    attempt.logLimitReached && 'log cut at its limit',
    attempt.expired && 'log and Patch deleted',
  );
}

/** That the log of an Attempt cannot be relied on, and why. */
export function damageText(logDamage: string): string {
  return `The stored log is not what the runner wrote: ${oneLine(logDamage).replace(/\.$/, '')}.`;
}

/** Characters of a command that leave room for what came of it. */
const maxTitle = 28;

/** The name of a Step: its number and the beginning of its command, which for a shell is the script. */
export function stepName(step: StepView): string {
  const command = commandOf(step);
  return `${step.index + 1}. ${command.length > maxTitle ? `${command.slice(0, maxTitle - 1)}…` : command}`;
}

/** What a Step runs; of a shell, the script. */
function commandOf(step: StepView): string {
  return step.title.replace(/^(?:\/bin\/)?(?:ba)?sh (?:-\w+ )*-\w*c /, '');
}

/** Of a Step: its exit code and how long it took. `now` is by the clock of its Runner. */
export function stepText(step: StepView, now: number): string {
  return joined(
    step.exitCode !== null && `exit ${step.exitCode}`,
    step.startedAt !== null && formatDuration((step.endedAt ?? now) - step.startedAt),
  );
}

function tookText(job: JobView): string | false {
  return job.startedAt !== null && job.endedAt !== null && formatDuration(job.endedAt - job.startedAt);
}

function joined(...parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false && part !== '').join(separator);
}

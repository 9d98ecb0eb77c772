/** What the service's live rows look like, where other answers bring them too. */
import { attemptStates } from '@flotilla/shared/lifecycle/attemptLifecycle';
import type { JobCounts } from '@flotilla/shared/lifecycle/executionState';
import { jobStates } from '@flotilla/shared/lifecycle/jobLifecycle';
import type * as views from '@flotilla/shared/views';
import {
  anything,
  count,
  fields,
  flag,
  kinds,
  listOf,
  nullable,
  number,
  oneOf,
  optional,
  text,
  textOf,
  time,
} from './shape.ts';

const stepStates = ['pending', 'running', 'succeeded', 'failed', 'timedOut', 'cancelled', 'errored'];
const executionStates = ['resolving', 'queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled'];

const counts = fields<JobCounts>({
  queued: count,
  running: count,
  succeeded: count,
  failed: count,
  timedOut: count,
  cancelled: count,
  errored: count,
});

export const execution = fields<views.ExecutionView>({
  id: count,
  actionId: count,
  actionName: text,
  actionVersion: count,
  scopeQuery: text,
  state: oneOf(executionStates),
  counts,
  changed: count,
  held: count,
  paused: nullable(fields<views.PauseView>({ at: time, by: nullable(text) })),
  priority: number,
  maxParallel: nullable(count),
  maxFailures: nullable(count),
  createdBy: nullable(text),
  mine: flag,
  createdAt: time,
  startedAt: nullable(time),
  endedAt: nullable(time),
});

const patch = fields<views.PatchView>({
  attemptId: count,
  baseTree: text,
  resultTree: text,
  files: count,
  addedLines: count,
  removedLines: count,
});

const outcome = kinds({
  succeeded: anything,
  failed: fields({ step: count, exitCode: number, lastLine: text }),
  timedOut: fields({ step: nullable(count), seconds: number }),
  cancelled: fields({ step: nullable(count) }),
  errored: fields({ reason: text, message: text }),
  lost: fields({ losses: optional(count) }),
  released: anything,
});

export const repositoryFields = {
  codeHostId: optional(count),
  codeHost: optional(text),
  repositoryId: count,
  repository: text,
};

export const targetFields = {
  ...repositoryFields,
  baseRef: text,
  baseRevision: text,
  directory: optional(text),
};

export const job = fields<views.JobView>({
  ...targetFields,
  id: count,
  executionId: count,
  state: oneOf(jobStates),
  attemptCount: count,
  held: flag,
  requires: listOf(text),
  currentAttemptId: nullable(count),
  outcome: nullable(outcome),
  patch: nullable(patch),
  included: flag,
  startedAt: nullable(time),
  endedAt: nullable(time),
});

const step = fields<views.StepView>({
  index: count,
  title: text,
  image: text,
  imageDigest: nullable(text),
  state: oneOf(stepStates),
  exitCode: nullable(number),
  startedAt: nullable(time),
  endedAt: nullable(time),
});

export const attempt = fields<views.AttemptView>({
  id: count,
  jobId: count,
  number: count,
  state: oneOf(attemptStates),
  outcome: nullable(outcome),
  runner: text,
  phases: listOf(
    fields<views.AttemptView['phases'][number]>({
      name: textOf(100),
      startedAt: time,
      endedAt: nullable(time),
    }),
  ),
  patch: nullable(patch),
  expired: flag,
  queuedAt: optional(nullable(time)),
  claimedAt: time,
  endedAt: nullable(time),
  logLength: count,
  logSealed: flag,
  logDamage: nullable(text),
  logLimitReached: flag,
  steps: listOf(step),
});

export const runner = fields<views.RunnerView>({
  id: text,
  name: text,
  version: text,
  labels: listOf(text),
  capacity: count,
  description: text,
  running: count,
  lastSeenAt: time,
  online: flag,
  draining: flag,
  drainRequested: flag,
  problem: nullable(text),
});

export const queue = fields<views.QueueView>({ ready: count, held: count, running: count, capacity: count });

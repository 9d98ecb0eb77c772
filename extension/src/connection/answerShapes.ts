import { attemptStates } from '@flotilla/shared/lifecycle/attemptLifecycle';
import { jobStates } from '@flotilla/shared/lifecycle/jobLifecycle';
import type { JobCounts } from '@flotilla/shared/lifecycle/executionState';
import type { LeftOutReason } from '@flotilla/shared/query/leftOutReason';
import type { Target } from '@flotilla/shared/target/target';
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
  type Shape,
} from './shape.ts';

/** Characters of a path: as many as Linux takes, and so many that a tree of folders is not too deep to walk. */
const path = textOf(4096);
const stepStates = ['pending', 'running', 'succeeded', 'failed', 'timedOut', 'cancelled', 'errored'];
const executionStates = ['resolving', 'queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled'];

const server = fields<views.ServerView>({
  version: text,
  protocol: fields<views.ServerView['protocol']>({ min: number, max: number }),
  user: fields<views.ServerView['user']>({ name: text, role: text }),
  defaultImage: text,
  runnersOnline: count,
  time: optional(time),
});

const origin = fields<views.Origin>({
  file: text,
  repository: optional(text),
  commit: optional(text),
  dirty: optional(flag),
});

const action = fields<views.ActionView>({
  id: count,
  name: text,
  description: text,
  latestVersion: count,
  origin: nullable(origin),
  updatedAt: time,
  updatedBy: text,
});

const actionVersion = fields<views.ActionVersionView>({
  actionId: count,
  name: text,
  version: count,
  text,
  origin: nullable(origin),
  createdAt: time,
  createdBy: text,
});

const counts = fields<JobCounts>({
  queued: count,
  running: count,
  succeeded: count,
  failed: count,
  timedOut: count,
  cancelled: count,
  errored: count,
});

const execution = fields<views.ExecutionView>({
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

const repositoryFields = {
  codeHostId: optional(count),
  codeHost: optional(text),
  repositoryId: count,
  repository: text,
};

const targetFields = {
  ...repositoryFields,
  baseRef: text,
  baseRevision: text,
  directory: optional(text),
};

const job = fields<views.JobView>({
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

const attempt = fields<views.AttemptView>({
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

const runner = fields<views.RunnerView>({
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

const queue = fields<views.QueueView>({ ready: count, held: count, running: count, capacity: count });

const changedFile = fields<views.ChangedFile>({
  path,
  previousPath: nullable(path),
  status: oneOf(['added', 'modified', 'deleted', 'renamed', 'typeChanged']),
  addedLines: nullable(count),
  removedLines: nullable(count),
  baseMode: nullable(text),
  resultMode: nullable(text),
  included: flag,
});

const changes = fields<views.Changes>({
  listAnew: flag,
  executions: listOf(execution),
  jobs: listOf(job),
  attempts: listOf(attempt),
  removed: listOf(count),
  runnersOnline: count,
  runners: nullable(listOf(runner)),
  queue: nullable(queue),
});

const waiting = fields<views.WaitingView>({
  jobId: count,
  reason: oneOf([
    'paused',
    'backOff',
    'maxParallel',
    'noRunner',
    'noRunnerWithLabels',
    'runnersNotClaiming',
    'turn',
  ]),
  message: text,
  place: nullable(count),
  until: nullable(time),
});

const runnerJob = fields<views.RunnerJobView>({
  ...targetFields,
  repositoryId: optional(count),
  baseRef: optional(text),
  baseRevision: optional(text),
  attemptId: count,
  number: count,
  jobId: count,
  executionId: count,
  actionName: text,
  state: oneOf(['claimed', 'running']),
  claimedAt: time,
});

/** A kind that this window does not know is said by its name. */
const leftOutReason = kinds(
  {
    notChosen: anything,
    notListed: anything,
    nameDiffers: fields({ pattern: text }),
    hostAway: fields({ problem: text }),
    nameExcluded: fields({ pattern: text }),
    unusable: fields({ problem: text }),
    noDefaultBranch: anything,
    noFile: fields({ files: text, text: nullable(text) }),
    noText: fields({ text }),
    tooManyFiles: fields({ most: count }),
    notSearched: fields({ problem: text }),
    beyondCount: fields({ count }),
  } satisfies Readonly<Record<LeftOutReason['kind'], Shape>>,
  fields({ kind: text }),
);

const target = fields<Target>(targetFields);

const preview = fields<views.KeptScopePreview>({
  id: text,
  query: text,
  targets: listOf(target),
  leftOut: listOf(
    fields<views.LeftOutView>({
      ...repositoryFields,
      repositoryId: optional(count),
      reason: leftOutReason,
    }),
  ),
});

const changedScope = fields<views.ChangedScope>({
  added: listOf(target),
  gone: listOf(fields({ target, reason: leftOutReason })),
  moved: listOf(fields({ target, from: text })),
  now: preview,
});

const compared = fields<views.ComparedAttempts>({
  baseTree: text,
  resultTree: text,
  files: listOf(changedFile),
});

const logMessage = kinds({
  chunk: fields({ offset: count, data: text }),
  end: fields({ offset: count, state: oneOf(attemptStates) }),
});

/** What a service answers, by procedure. What is not here is not looked into. */
export const answerShapes: Readonly<Record<string, Shape>> = {
  'server.info': server,
  'pairing.exchange': fields({ token: text }),
  'actions.list': listOf(action),
  'actions.get': actionVersion,
  'scopes.preview': preview,
  'scopes.changes': nullable(changedScope),
  'executions.list': listOf(execution),
  'executions.get': execution,
  'executions.create': execution,
  'executions.watch': fields({ id: text, data: changes }),
  'jobs.list': listOf(job),
  'jobs.get': job,
  'jobs.changedFiles': listOf(changedFile),
  'jobs.waiting': optional(nullable(waiting)),
  'attempts.list': listOf(attempt),
  'attempts.compare': compared,
  'runners.list': listOf(runner),
  'runners.jobs': listOf(runnerJob),
  'logs.tail': fields({ id: text, data: logMessage }),
  'logs.read': fields({ data: text, end: count }),
};

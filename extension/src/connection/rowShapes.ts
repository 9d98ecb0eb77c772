/** What the service's live rows look like, where other answers bring them too. */
import type { CampaignTemplate } from '@flotilla/shared/campaign/campaignTemplate';
import type { ChangesetReason } from '@flotilla/shared/campaign/changesetReason';
import type { GateFinding } from '@flotilla/shared/campaign/gateFinding';
import type {
  CampaignView,
  ChangesetCounts,
  ChangesetView,
  DriftView,
} from '@flotilla/shared/campaign/views';
import { attemptStates } from '@flotilla/shared/lifecycle/attemptLifecycle';
import { changesetStates } from '@flotilla/shared/lifecycle/changesetLifecycle';
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
  type Shape,
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

const changesetCounts = fields<ChangesetCounts>(
  Object.fromEntries(changesetStates.map((state) => [state, count])) as Record<keyof ChangesetCounts, Shape>,
);

const campaignTemplate = fields<CampaignTemplate>({
  branch: text,
  title: text,
  body: text,
  commit: fields<CampaignTemplate['commit']>({
    message: text,
    author: nullable(fields<NonNullable<CampaignTemplate['commit']['author']>>({ name: text, email: text })),
  }),
  publish: oneOf(['none', 'draft', 'open']),
});

export const campaign = fields<CampaignView>({
  id: count,
  name: text,
  description: text,
  actionId: count,
  actionName: text,
  executionId: count,
  planId: count,
  template: campaignTemplate,
  counts: changesetCounts,
  drift: nullable(
    fields<DriftView>({
      executionId: nullable(count),
      at: nullable(time),
      repositories: nullable(count),
      missing: nullable(count),
    }),
  ),
  needing: count,
  createdBy: text,
  mine: flag,
  createdAt: time,
  closedAt: nullable(time),
});

const gateFinding = kinds(
  {
    tooManyFiles: fields({ files: count, most: count }),
    tooManyLines: fields({ lines: count, most: count }),
    forbiddenPath: fields({ path: text, pattern: text }),
    leftBehind: fields({ path: text }),
    secret: fields({ path: text, line: count, what: text }),
  } satisfies Readonly<Record<GateFinding['kind'], Shape>>,
  fields({ kind: text }),
);

/** A kind that this window does not know is said by its name. */
const changesetReason = kinds(
  {
    foreignCommits: fields({ commit: text }),
    baseConflict: fields({ base: text, paths: listOf(text) }),
    foreignConflict: fields({ commit: text, paths: listOf(text) }),
    baseGone: anything,
    foreignPullRequest: fields({ number: count }),
    gate: fields({ findings: listOf(gateFinding) }),
    refused: fields({ rule: text }),
    away: fields({ problem: text }),
    hostError: fields({ message: text }),
    warnings: fields({ messages: listOf(text) }),
  } satisfies Readonly<Record<ChangesetReason['kind'], Shape>>,
  fields({ kind: text }),
);

export const changeset = fields<ChangesetView>({
  codeHostId: count,
  codeHost: text,
  repositoryId: count,
  repository: text,
  baseRef: text,
  directory: text,
  id: count,
  campaignId: count,
  branch: text,
  state: oneOf(changesetStates),
  reason: nullable(changesetReason),
  title: text,
  word: nullable(text),
  number: nullable(count),
  url: nullable(text),
  review: nullable(oneOf(['approved', 'changesRequested', 'commented', 'pending', 'dismissed'])),
  approvals: count,
  checks: nullable(oneOf(['pending', 'failed', 'passed'])),
  mergeable: nullable(flag),
  baseTree: text,
  resultTree: text,
  files: count,
  addedLines: count,
  removedLines: count,
  executionId: count,
  jobId: count,
  actionVersion: count,
  publishedAt: nullable(time),
  endedAt: nullable(time),
  lookedAt: nullable(time),
  detachedAt: nullable(time),
});

export const queue = fields<views.QueueView>({ ready: count, held: count, running: count, capacity: count });

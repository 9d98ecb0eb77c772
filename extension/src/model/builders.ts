/** Rows for tests: whole and valid, with what a test is about set by it. */
import type { CampaignView, ChangesetCounts, ChangesetView } from '@flotilla/shared/campaign/views';
import { changesetStates } from '@flotilla/shared/lifecycle/changesetLifecycle';
import { noJobs } from '@flotilla/shared/lifecycle/executionState';
import type { Target } from '@flotilla/shared/target/target';
import type {
  AttemptView,
  ExecutionView,
  JobView,
  QueueView,
  RunnerView,
  StepView,
} from '@flotilla/shared/views';

export function anExecution(values: Partial<ExecutionView> = {}): ExecutionView {
  return {
    id: 1,
    actionId: 1,
    actionName: 'bump-node',
    actionVersion: 1,
    scopeQuery: 'repo:',
    state: 'running',
    counts: { ...noJobs, running: 1 },
    changed: 0,
    held: 0,
    paused: null,
    priority: 0,
    maxParallel: null,
    maxFailures: null,
    createdBy: 'ann',
    mine: true,
    createdAt: 1000,
    startedAt: 1000,
    endedAt: null,
    ...values,
  };
}

export function aTarget(values: Partial<Target> = {}): Target {
  return {
    codeHostId: 1,
    codeHost: 'repositories',
    repositoryId: 1,
    repository: 'web',
    baseRef: 'refs/heads/main',
    baseRevision: '0'.repeat(40),
    directory: '',
    ...values,
  };
}

export function aJob(values: Partial<JobView> = {}): JobView {
  return {
    ...aTarget(),
    id: 1,
    executionId: 1,
    state: 'running',
    attemptCount: 1,
    held: false,
    requires: [],
    currentAttemptId: 1,
    outcome: null,
    patch: null,
    included: true,
    startedAt: 1000,
    endedAt: null,
    ...values,
  };
}

export function anAttempt(values: Partial<AttemptView> = {}): AttemptView {
  return {
    id: 1,
    jobId: 1,
    number: 1,
    state: 'running',
    outcome: null,
    runner: 'here',
    phases: [],
    patch: null,
    expired: false,
    queuedAt: 1000,
    claimedAt: 1000,
    endedAt: null,
    logLength: 0,
    logSealed: false,
    logDamage: null,
    logLimitReached: false,
    steps: [],
    ...values,
  };
}

export function aStep(values: Partial<StepView> = {}): StepView {
  return {
    index: 0,
    title: 'npm test',
    image: 'node:24',
    imageDigest: null,
    state: 'running',
    exitCode: null,
    startedAt: 1000,
    endedAt: null,
    ...values,
  };
}

export function aRunner(values: Partial<RunnerView> = {}): RunnerView {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    name: 'here',
    version: '0.1.0',
    labels: [],
    capacity: 4,
    description: 'Linux, Docker 29.0, 8 cores, 16 GB',
    running: 0,
    lastSeenAt: 1000,
    online: true,
    draining: false,
    drainRequested: false,
    problem: null,
    ...values,
  };
}

export function aQueue(values: Partial<QueueView> = {}): QueueView {
  return { ready: 0, held: 0, running: 0, capacity: 4, ...values };
}

/** No Changeset in any state. */
export const noChangesets = Object.fromEntries(changesetStates.map((state) => [state, 0])) as ChangesetCounts;

export function aCampaign(values: Partial<CampaignView> = {}): CampaignView {
  return {
    id: 1,
    name: 'Node 24',
    description: '',
    actionId: 1,
    actionName: 'bump-node',
    executionId: 1,
    planId: 1,
    template: {
      branch: 'flotilla/bump-node',
      title: 'Node 24',
      body: '',
      commit: { message: 'Node 24', author: null },
      publish: 'open',
    },
    counts: { ...noChangesets, open: 1 },
    drift: null,
    needing: 0,
    createdBy: 'ann',
    mine: true,
    createdAt: 1000,
    closedAt: null,
    ...values,
  };
}

export function aChangeset(values: Partial<ChangesetView> = {}): ChangesetView {
  const { baseRevision: _revision, ...target } = aTarget();
  return {
    ...target,
    id: 1,
    campaignId: 1,
    branch: 'refs/heads/flotilla/bump-node',
    state: 'open',
    reason: null,
    title: 'Node 24',
    word: null,
    number: null,
    url: null,
    review: null,
    approvals: 0,
    checks: null,
    mergeable: null,
    baseTree: 'a'.repeat(40),
    resultTree: 'b'.repeat(40),
    files: 3,
    addedLines: 12,
    removedLines: 4,
    executionId: 1,
    jobId: 1,
    actionVersion: 1,
    publishedAt: 1000,
    endedAt: null,
    lookedAt: 1000,
    detachedAt: null,
    ...values,
  };
}

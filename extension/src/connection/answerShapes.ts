import {
  updateActions,
  type CampaignUpdateView,
  type UpdateRowView,
} from '@flotilla/shared/campaign/campaignUpdate';
import type { CampaignPreview, CampaignPreviewRow } from '@flotilla/shared/campaign/views';
import { attemptStates } from '@flotilla/shared/lifecycle/attemptLifecycle';
import type { Changes, Page } from '@flotilla/shared/protocol/liveRows';
import type { LeftOutReason } from '@flotilla/shared/query/leftOutReason';
import type { Target } from '@flotilla/shared/target/target';
import type * as views from '@flotilla/shared/views';
import { attempt, execution, job, repositoryFields, runner, targetFields } from './rowShapes.ts';
import {
  anything,
  count,
  dictionaryOf,
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

const changes = fields<Changes>({
  listAnew: flag,
  rows: dictionaryOf(listOf(anything)),
  gone: dictionaryOf(listOf(count)),
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

const codeHost = fields<views.CodeHostView>({
  id: count,
  name: text,
  kind: text,
  problem: nullable(text),
  listedAt: nullable(time),
  repositories: count,
  scan: nullable(fields({ listed: nullable(count), fetched: count, toGo: count })),
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

/** Of a Target that only a service of today knows. */
const newRepositoryFields = {
  codeHostId: count,
  codeHost: text,
  repositoryId: count,
  repository: text,
  baseRef: text,
  directory: text,
};

const campaignPreview = fields<CampaignPreview>({
  rows: listOf(
    fields<CampaignPreviewRow>({
      ...newRepositoryFields,
      branch: text,
      title: text,
      body: text,
      message: text,
      files: count,
      addedLines: count,
      removedLines: count,
    }),
  ),
  missing: count,
  of: count,
});

const trees = nullable(fields<NonNullable<UpdateRowView['before']>>({ baseTree: text, resultTree: text }));

const campaignUpdate = fields<CampaignUpdateView>({
  campaignId: count,
  planId: count,
  executionId: count,
  digest: text,
  rows: listOf(
    fields<UpdateRowView>({
      ...newRepositoryFields,
      action: oneOf(updateActions),
      reason: text,
      changesetId: nullable(count),
      before: trees,
      after: trees,
      discards: fields<UpdateRowView['discards']>({
        approvals: count,
        checks: nullable(oneOf(['pending', 'failed', 'passed'])),
      }),
    }),
  ),
  missing: count,
  closesMany: flag,
});

const logMessage = kinds({
  chunk: fields({ offset: count, data: text }),
  end: fields({ offset: count, state: oneOf(attemptStates) }),
});

/**
 * What a service answers, by procedure. What is not here is not looked into. Of live rows only the envelope is: the rows
 * themselves are looked at by their kind (model/liveModel.ts).
 */
export const answerShapes: Readonly<Record<string, Shape>> = {
  'server.info': server,
  'pairing.exchange': fields({ token: text }),
  'actions.list': listOf(action),
  'actions.get': actionVersion,
  'campaigns.preview': campaignPreview,
  'campaigns.create': fields<{ campaignId: number }>({ campaignId: count }),
  'campaigns.previewUpdate': campaignUpdate,
  'campaigns.update': fields<Record<'created' | 'updated' | 'closed', number>>({
    created: count,
    updated: count,
    closed: count,
  }),
  'campaigns.checkDrift': fields<{ executionId: number | null }>({ executionId: nullable(count) }),
  'campaigns.close': fields<{ changesets: number }>({ changesets: count }),
  'changesets.passGate': fields<{ done: readonly number[] }>({ done: listOf(count) }),
  'changesets.merge': fields<{ done: readonly number[] }>({ done: listOf(count) }),
  'changesets.want': fields<{ done: readonly number[] }>({ done: listOf(count) }),
  'repositories.compareTrees': listOf(changedFile),
  'codeHosts.list': listOf(codeHost),
  'scopes.preview': preview,
  'scopes.changes': nullable(changedScope),
  'executions.get': execution,
  'executions.create': execution,
  'jobs.get': job,
  'jobs.changedFiles': listOf(changedFile),
  'jobs.waiting': optional(nullable(waiting)),
  'attempts.list': listOf(attempt),
  'attempts.compare': compared,
  'runners.list': listOf(runner),
  'runners.jobs': listOf(runnerJob),
  'rows.watch': fields({ id: text, data: changes }),
  'rows.list': fields<Page<unknown>>({ rows: listOf(anything), next: nullable(count) }),
  'rows.get': listOf(anything),
  'logs.tail': fields({ id: text, data: logMessage }),
  'logs.read': fields({ data: text, end: count }),
};

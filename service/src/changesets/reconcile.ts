import { isDeepStrictEqual } from 'node:util';
import type { ChangesetReason } from '@flotilla/shared/campaign/changesetReason';
import type { ChangesetEvent } from '@flotilla/shared/lifecycle/changesetLifecycle';
import { HostError } from '../codeHosts/hostError.ts';
import { oneReason } from '../repositories/oneReason.ts';
import type { WorkLease } from '../work/workKind.ts';
import type { WorkOutcome } from '../work/workOutcome.ts';
import { needsDecorating } from './changePullRequest.ts';
import { lookAt, type LookContext } from './lookAt.ts';
import { nextLook } from './nextLook.ts';
import { nextStep, type Look, type NextStep } from './nextStep.ts';
import { moveChangeset, type HappenedToChangeset, type Learned } from './queries/moveChangeset.ts';
import { readChangeset, type ChangesetRow } from './queries/readChangeset.ts';
import type { ReconcileContext, Reconciling } from './reconciling.ts';
import { rebase } from './rebase.ts';
import { takeStep } from './takeStep.ts';
import { wantedOf } from './wantedOf.ts';
import { withWord } from './withWord.ts';

/** Steps of one Changeset in one run: more are a sign that somebody else undoes them. */
const mostSteps = 12;

/** How long a Changeset rests whose host is not there. */
const awayMs = 60_000;

/**
 * Brings a Changeset to what is wanted, step by step: look, decide, take the step, look again. What it intends is committed
 * before each call and what came of it after, and no transaction is open during one.
 */
export async function reconcile(
  context: ReconcileContext,
  changesetId: number,
  lease: WorkLease,
  signal: AbortSignal,
): Promise<WorkOutcome> {
  for (let step = 0; step < mostSteps; step += 1) {
    signal.throwIfAborted();
    const row = await readChangeset(context.sql, changesetId);
    if (row === undefined || row.state === 'merged') return { kind: 'done' };
    const outcome = await advance(context, row, lease, signal);
    if (outcome !== undefined) return outcome;
  }
  return { kind: 'failed', reason: 'Its branch or pull request changes again as soon as it is as wanted.' };
}

/** One step; undefined when there may be another one. */
async function advance(
  context: ReconcileContext,
  row: ChangesetRow,
  lease: WorkLease,
  signal: AbortSignal,
): Promise<WorkOutcome | undefined> {
  const host = context.hosts.host(row.codeHostId);
  if (host === undefined)
    return {
      kind: 'again',
      due: { afterMs: awayMs },
      reason: `The code host ${row.codeHost} is not connected.`,
    };
  const mirrorPath = context.mirrors.pathOf(row.repository.id);
  const reconciling: Reconciling = { context, lease, host, row, mirrorPath, signal };
  if (!row.present && row.publication !== 'unpublished')
    return rest(reconciling, { kind: 'rest', as: 'deleted' }, nothingSeen);
  try {
    const fetch = () => context.hosts.bringIn(row.repository.id, signal);
    const looking: LookContext = { host, mirrorPath, fetch };
    const look = await lookAt(looking, row, signal);
    if (row.rebase) return await rebase(reconciling, look.base);
    const wanted = await wantedOf(reconciling);
    if ('conflict' in wanted) return await hold(reconciling, wanted.conflict, look);
    const step = nextStep(
      wanted,
      look,
      host.can.pullRequests,
      (seen) => host.can.pullRequests !== null && needsDecorating(row, seen, host.can.pullRequests),
    );
    if (step.kind === 'rest') return await rest(reconciling, step, look);
    if (step.kind === 'hold') return await hold(reconciling, step.reason, look);
    if (step.kind === 'wait') return { kind: 'again', due: { afterMs: context.everyMs }, reason: step.why };
    const taken = await takeStep(reconciling, step, look);
    return taken.kind === 'held' ? await hold(reconciling, taken.reason, look) : undefined;
  } catch (error) {
    signal.throwIfAborted();
    return await trouble(reconciling, error);
  }
}

/** Of a repository that its host has no more. */
const nothingSeen: Look = {
  archived: false,
  base: null,
  head: null,
  pullRequest: null,
  foreignPullRequest: null,
  isContained: false,
};

/** As it is wanted, or as it is to stay: what was seen is kept, and it is looked at again when that may change. */
async function rest(
  reconciling: Reconciling,
  step: Extract<NextStep, { readonly kind: 'rest' }>,
  look: Look,
): Promise<WorkOutcome | undefined> {
  const { row, context } = reconciling;
  const learned: Learned = {
    // A warning stays until something else happens.
    reason: row.reason?.kind === 'warnings' && (isUnderWay(row) || row.state === step.as) ? row.reason : null,
    ...seenOf(reconciling, look),
    ...(step.as === 'closed' && { closedBy: step.by }),
    ...((step.as === 'open' || step.as === 'draft') && { closedBy: null }),
  };
  const isNews = row.state !== step.as;
  if (step.as !== 'unpublished') {
    const event = restEvents[step.as];
    const own = event === 'open' || event === 'draft' ? seenAs(row, event) : event;
    const happened = isNews ? happenedTo(row, step, look) : undefined;
    if (!(await move(reconciling, own, learned, happened))) return undefined;
  }
  return nextLook({
    state: step.as,
    changedAt: isNews ? Date.now() : row.changedAt,
    everyMs: context.everyMs,
  });
}

/** A pull request that is gone is remembered: no second one is opened in its place unless somebody asks for that. */
function seenOf({ host }: Reconciling, { pullRequest, head }: Look): Learned {
  return { seenHead: head, ...(pullRequest !== null && { pullRequest: withWord(pullRequest, host) }) };
}

/** What a Changeset at rest was found to be. */
const restEvents = {
  open: 'open',
  draft: 'draft',
  merged: 'seeMerged',
  deleted: 'seeDeleted',
  readOnly: 'seeArchived',
  closed: 'seeClosed',
} as const satisfies Partial<Record<Extract<NextStep, { readonly kind: 'rest' }>['as'], ChangesetEvent>>;

/** Our own work opens what is under way; of all else it is seen. */
function seenAs(row: ChangesetRow, event: 'open' | 'draft'): ChangesetEvent {
  if (isUnderWay(row)) return event;
  return event === 'open' ? 'seeOpen' : 'seeDraft';
}

function isUnderWay({ state }: ChangesetRow): boolean {
  return state === 'queued' || state === 'pushing' || state === 'publishing';
}

function happenedTo(
  row: ChangesetRow,
  step: Extract<NextStep, { readonly kind: 'rest' }>,
  { pullRequest }: Look,
): HappenedToChangeset {
  const byUs =
    step.as === 'open' || step.as === 'draft'
      ? row.publishedAt === null
      : step.as === 'closed' && step.by === 'us';
  const at =
    step.as === 'merged' ? pullRequest?.mergedAt : step.as === 'closed' ? pullRequest?.closedAt : null;
  const kind =
    step.as === 'open' || step.as === 'draft'
      ? row.publishedAt === null
        ? 'published'
        : 'reopened'
      : step.as;
  return {
    kind,
    at: at ?? null,
    source: byUs ? 'us' : 'poll',
    key: `${kind}:${row.wantedNumber}:${row.pushedCommit ?? ''}`,
  };
}

async function hold(
  reconciling: Reconciling,
  reason: ChangesetReason,
  look: Look,
): Promise<WorkOutcome | undefined> {
  const { context, row } = reconciling;
  const learned = { reason, ...seenOf(reconciling, look) };
  if (!(await move(reconciling, 'hold', learned))) return undefined;
  // A person decides; what was in the way may also go by itself.
  return nextLook({ state: 'held', changedAt: row.changedAt, everyMs: context.everyMs });
}

/** The host, or something on the way to it, did not do it: it waits and says why, or fails where asking again is no use. */
async function trouble(reconciling: Reconciling, error: unknown): Promise<WorkOutcome | undefined> {
  const { row } = reconciling;
  if (!(error instanceof HostError)) {
    const problem = oneReason(error);
    await wait(reconciling, { kind: 'away', problem });
    return { kind: 'failed', reason: `${row.codeHost}: ${problem}` };
  }
  const reason = { kind: 'hostError', message: error.message } as const;
  if (error.retry === 'never') {
    await move(reconciling, 'fail', { reason });
    return { kind: 'done' };
  }
  await wait(reconciling, reason);
  // It was renamed, archived or removed since it was last looked at.
  if (error.code === 'gone' || error.code === 'archived') await lookAtRepository(reconciling);
  return error.retry === 'backOff'
    ? { kind: 'failed', reason: error.message }
    : { kind: 'again', due: error.retry, reason: error.message };
}

/** What is under way goes back to the queue; what is there stays as it was seen. Either says why it is not looked at. */
async function wait(reconciling: Reconciling, reason: ChangesetReason): Promise<void> {
  const { row } = reconciling;
  // Its state may be another one than when the row was read.
  if (await move(reconciling, 'putOff', { reason })) return;
  if (!isDeepStrictEqual(row.reason, reason)) await move(reconciling, 'learn', { reason });
}

/** So that the next look knows of it; a host that is away says so then. */
async function lookAtRepository({ context, row, signal }: Reconciling): Promise<void> {
  try {
    await context.hosts.bringIn(row.repository.id, signal);
  } catch {
    signal.throwIfAborted();
  }
}

async function move(
  { context, row, lease }: Reconciling,
  event: ChangesetEvent,
  learned: Learned,
  happened?: HappenedToChangeset,
): Promise<boolean> {
  const { id: changesetId, wantedNumber } = row;
  const moved = await moveChangeset(context.sql, {
    changesetId,
    lease,
    wantedNumber,
    event,
    learned,
    ...(happened !== undefined && { happened }),
  });
  if (moved) context.hints.publish('changes');
  return moved;
}

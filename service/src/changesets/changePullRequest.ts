import { HostError } from '../codeHosts/hostError.ts';
import type {
  ChangedPullRequest,
  PullRequest,
  PullRequestAbilities,
  PullRequests,
} from '../codeHosts/pullRequests.ts';
import { changeOf, decorationWanted, type Decoration } from './decoration.ts';
import type { NextStep } from './nextStep.ts';
import { moveChangeset, type Learned } from './queries/moveChangeset.ts';
import type { ChangesetRow } from './queries/readChangeset.ts';
import type { Reconciling } from './reconciling.ts';
import type { Taken } from './taken.ts';

type Changing = Extract<NextStep, { readonly kind: 'create' | 'reopen' | 'close' | 'decorate' | 'merge' }>;

const done: Taken = { kind: 'done' };

/** Opens, reopens, closes or changes a pull request. The host is looked at again after each, so that an answer may be lost. */
export async function changePullRequest(reconciling: Reconciling, step: Changing): Promise<Taken> {
  const { host, row, signal } = reconciling;
  const { pullRequests } = host;
  const can = host.can.pullRequests;
  if (pullRequests === undefined || can === null) throw new Error(`${host.kind} has no pull requests`);
  switch (step.kind) {
    case 'create':
      return create(reconciling, pullRequests, can);
    case 'reopen':
      await pullRequests.setState(step.pullRequest, 'open', signal);
      return done;
    case 'close':
      await learn(reconciling, { closedBy: 'us' });
      await pullRequests.setState(step.pullRequest, 'closed', signal);
      return done;
    case 'decorate': {
      const wanted = decorationWanted(row, can);
      const change = changeOf(wanted, step.pullRequest, row.lastApplied);
      if (change === undefined) return done;
      await applied(reconciling, wanted, await pullRequests.update(step.pullRequest, change, signal));
      return done;
    }
    case 'merge':
      return merge(reconciling, pullRequests, step);
  }
}

async function create(
  reconciling: Reconciling,
  pullRequests: PullRequests,
  can: PullRequestAbilities,
): Promise<Taken> {
  const { row, signal } = reconciling;
  const wanted = decorationWanted(row, can);
  const nobody = { labels: [], reviewers: [], teamReviewers: [], assignees: [] };
  try {
    const made = await pullRequests.create(
      row.repository,
      { ...wanted, ...nobody, headRef: row.branch, baseRef: row.baseRef },
      signal,
    );
    await applied(reconciling, wanted, made);
    return done;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    if (error.code === 'baseMissing') return { kind: 'held', reason: { kind: 'baseGone' } };
    // Its answer was lost, or somebody was faster: the next look finds whose it is.
    if (error.code === 'exists') return done;
    throw error;
  }
}

/** Merges, or says why that cannot be: a wish is tried once, and no wish stays that somebody has forgotten. */
async function merge(
  reconciling: Reconciling,
  pullRequests: PullRequests,
  { pullRequest, wish: { method, when }, head }: Extract<Changing, { readonly kind: 'merge' }>,
): Promise<Taken> {
  try {
    await pullRequests.merge(pullRequest, { method, head, when }, reconciling.signal);
    await learn(reconciling, { merge: null });
  } catch (error) {
    const isRefused =
      error instanceof HostError && ['notReady', 'conflict', 'forbidden', 'invalid'].includes(error.code);
    if (!isRefused) throw error;
    await learn(reconciling, { merge: null, reason: { kind: 'warnings', messages: [error.message] } });
  }
  return done;
}

async function applied(
  reconciling: Reconciling,
  wanted: Decoration,
  { pullRequest, warnings }: ChangedPullRequest,
): Promise<void> {
  await learn(reconciling, {
    pullRequest,
    lastApplied: { ...wanted },
    ...(warnings.length > 0 && { reason: { kind: 'warnings', messages: warnings } }),
  });
}

/** What was learned while it goes on: no event of its life. */
async function learn({ context, row, lease }: Reconciling, learned: Learned): Promise<void> {
  const { id: changesetId, wantedNumber } = row;
  await moveChangeset(context.sql, { changesetId, lease, wantedNumber, event: 'learn', learned });
}

/** Whether something of a pull request is to be set. */
export function needsDecorating(row: ChangesetRow, seen: PullRequest, can: PullRequestAbilities): boolean {
  return changeOf(decorationWanted(row, can), seen, row.lastApplied) !== undefined;
}

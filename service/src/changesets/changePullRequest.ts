import { HostError } from '../codeHosts/hostError.ts';
import type {
  ChangedPullRequest,
  PullRequest,
  PullRequestAbilities,
  PullRequestRef,
  PullRequests,
} from '../codeHosts/pullRequests.ts';
import { changeOf, decorationOf, decorationWanted } from './decoration.ts';
import type { Decoration } from './lastApplied.ts';
import type { NextStep } from './nextStep.ts';
import { isOwn, readOne } from './ownPullRequest.ts';
import { moveChangeset, type Learned } from './queries/moveChangeset.ts';
import type { ChangesetRow } from './queries/readChangeset.ts';
import type { Reconciling } from './reconciling.ts';
import type { Taken } from './taken.ts';
import { withWord } from './withWord.ts';

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
      try {
        await pullRequests.setState(step.pullRequest, 'open', signal);
        return done;
      } catch (error) {
        if (!(error instanceof HostError) || error.code !== 'cannotReopen') throw error;
        return create(reconciling, pullRequests, can);
      }
    case 'close':
      if (!(await learn(reconciling, { closedBy: 'us' }))) return done;
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
  // Whoever finds it, when its answer is lost, knows what was set.
  if (!(await learn(reconciling, { lastApplied: { wanted, seen: wanted } }))) return done;
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
    if (error.code === 'exists') return takeExisting(reconciling, pullRequests, error.existing);
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

/** The answer of one that we opened was lost, or somebody was faster. */
async function takeExisting(
  reconciling: Reconciling,
  pullRequests: PullRequests,
  ref: PullRequestRef | undefined,
): Promise<Taken> {
  const { row, signal } = reconciling;
  const found = ref && (await readOne(pullRequests, ref, signal));
  // The next look says whose it is.
  if (found === undefined) return done;
  if (!(await isOwn(row, found, reconciling.host, signal)))
    return { kind: 'held', reason: { kind: 'foreignPullRequest', number: found.number } };
  await learn(reconciling, { pullRequest: withWord(found, reconciling.host) });
  return done;
}

async function applied(
  reconciling: Reconciling,
  wanted: Decoration,
  { pullRequest, warnings }: ChangedPullRequest,
): Promise<void> {
  await learn(reconciling, {
    pullRequest: withWord(pullRequest, reconciling.host),
    lastApplied: { wanted, seen: decorationOf(pullRequest) },
    ...(warnings.length > 0 && { reason: { kind: 'warnings', messages: warnings } }),
  });
}

/** What was learned while it goes on: no event of its life. False when somebody else has it, or wants something else by now. */
async function learn({ context, row, lease }: Reconciling, learned: Learned): Promise<boolean> {
  const { id: changesetId, wantedNumber } = row;
  return moveChangeset(context.sql, { changesetId, lease, wantedNumber, event: 'learn', learned });
}

/** Whether something of a pull request is to be set. */
export function needsDecorating(row: ChangesetRow, seen: PullRequest, can: PullRequestAbilities): boolean {
  return changeOf(decorationWanted(row, can), seen, row.lastApplied) !== undefined;
}

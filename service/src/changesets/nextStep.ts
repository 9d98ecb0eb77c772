import type { MergeWish } from '@flotilla/shared/campaign/wishes';
import type { ChangesetDecision, ChangesetReason } from '@flotilla/shared/campaign/changesetReason';
import type { PullRequestAbilities, PullRequest } from '../codeHosts/pullRequests.ts';

/** What a Changeset is to be, and what we know of our own doing. */
export interface Wanted {
  readonly publication: 'unpublished' | 'draft' | 'open' | 'closed';
  /** The commit that its branch is to be at; a function of what is wanted. */
  readonly commit: string;
  /** All commits that we have pushed or were about to push. */
  readonly ours: ReadonlySet<string>;
  /** The last one that was pushed; null before the first push. */
  readonly pushedCommit: string | null;
  readonly decision: ChangesetDecision | null;
  /** The commit of somebody else that the wanted one is on top of; null where there is none. */
  readonly keeps: string | null;
  /** Who closed it when it was last seen closed. */
  readonly closedBy: 'us' | 'person' | null;
  /** Whether it is to be open again although a person closed it. */
  readonly reopen: boolean;
  /** How a person wants it merged; null where nobody does. */
  readonly merge: MergeWish | null;
  /** Whether a pull request of its own is known. */
  readonly hasPullRequest: boolean;
}

/** What the host says at one moment. */
export interface Look {
  readonly archived: boolean;
  /** Commit of the base branch; null when it is gone. */
  readonly base: string | null;
  /** Commit of the Changeset's branch; null when it is not there. */
  readonly head: string | null;
  /** The newest pull request that is its own; null where there is none. */
  readonly pullRequest: PullRequest | null;
  /** The number of an open pull request of its branch that is somebody else's; null where there is none. */
  readonly foreignPullRequest: number | null;
  /** Whether its base has all that its branch has, or had when it was last pushed; asked only where nothing else says so. */
  readonly isContained: boolean;
}

/** What brings the host nearer to what is wanted, or what there is to say because nothing does. */
export type NextStep =
  | {
      readonly kind: 'rest';
      readonly as: 'unpublished' | 'open' | 'draft' | 'merged' | 'deleted' | 'readOnly';
    }
  | { readonly kind: 'rest'; readonly as: 'closed'; readonly by: 'us' | 'person' }
  | { readonly kind: 'hold'; readonly reason: ChangesetReason }
  /** It waits for the host, and is looked at again. */
  | { readonly kind: 'wait'; readonly why: string }
  | { readonly kind: 'push'; readonly commit: string; readonly expect: string | null }
  /** Somebody else has a branch of its name: it takes another one, as long as nothing of it is there. */
  | { readonly kind: 'rename' }
  | { readonly kind: 'deleteBranch'; readonly expect: string }
  | { readonly kind: 'create' }
  | { readonly kind: 'reopen'; readonly pullRequest: PullRequest }
  | { readonly kind: 'close'; readonly pullRequest: PullRequest }
  | { readonly kind: 'decorate'; readonly pullRequest: PullRequest }
  | {
      readonly kind: 'merge';
      readonly pullRequest: PullRequest;
      readonly wish: MergeWish;
      readonly head: string;
    };

/**
 * The next step of a Changeset. A function of what is wanted and what is seen, so that a crash anywhere is nothing special:
 * whoever goes on looks, and takes the step that is next. `needsDecorating` says whether what we set of the pull request
 * differs from what is wanted.
 */
export function nextStep(
  wanted: Wanted,
  look: Look,
  can: PullRequestAbilities | null,
  needsDecorating: (pullRequest: PullRequest) => boolean,
): NextStep {
  const { pullRequest, head } = look;
  if (isMerged(wanted, look, can)) return { kind: 'rest', as: 'merged' };
  if (look.archived) return { kind: 'rest', as: 'readOnly' };
  if (wanted.publication === 'unpublished') return { kind: 'rest', as: 'unpublished' };
  if (wanted.publication === 'closed') return closing(wanted, look, can);
  const closed = closedMeanwhile(wanted, look, can);
  if (closed !== undefined) return closed;
  if (look.base === null) return { kind: 'hold', reason: { kind: 'baseGone' } };
  const pushing = headStep(wanted, look);
  if (pushing?.kind === 'hold') return pushing;
  if (can === null || pushing?.kind === 'rename') return pushing ?? { kind: 'rest', as: 'open' };
  if (look.foreignPullRequest !== null && pullRequest === null)
    return { kind: 'hold', reason: { kind: 'foreignPullRequest', number: look.foreignPullRequest } };
  if (pullRequest?.state === 'closed')
    return reopening(wanted, pullRequest, head, can) ?? pushing ?? { kind: 'create' };
  if (pushing !== undefined)
    return pullRequest?.inQueue === true ? { kind: 'wait', why: 'It is in the merge queue.' } : pushing;
  if (pullRequest === null) return { kind: 'create' };
  if (needsDecorating(pullRequest)) return { kind: 'decorate', pullRequest };
  if (wanted.merge !== null && head !== null && !pullRequest.draft)
    return { kind: 'merge', pullRequest, wish: wanted.merge, head };
  return { kind: 'rest', as: pullRequest.draft ? 'draft' : 'open' };
}

function isMerged(wanted: Wanted, look: Look, can: PullRequestAbilities | null): boolean {
  if (can !== null) return look.pullRequest?.state === 'merged';
  return wanted.pushedCommit !== null && look.isContained;
}

function closing(wanted: Wanted, look: Look, can: PullRequestAbilities | null): NextStep {
  const { pullRequest, head } = look;
  if (pullRequest?.state === 'open') return { kind: 'close', pullRequest };
  const closed: NextStep = { kind: 'rest', as: 'closed', by: wanted.closedBy ?? 'us' };
  if (can !== null || head === null || wanted.pushedCommit === null) return closed;
  // Where a branch is all that there is, it goes; what others have put there stays, also below ours.
  const { decision, keeps } = wanted;
  if (decision?.commit === head)
    return decision.kind === 'keepTheirs' ? closed : { kind: 'deleteBranch', expect: head };
  if (keeps !== null && (head === keeps || isOurs(wanted, head))) return closed;
  return isOurs(wanted, head)
    ? { kind: 'deleteBranch', expect: head }
    : { kind: 'hold', reason: { kind: 'foreignCommits', commit: head } };
}

/** What people closed stays closed, unless somebody asks for it again. */
function closedMeanwhile(
  wanted: Wanted,
  { pullRequest, head }: Look,
  can: PullRequestAbilities | null,
): NextStep | undefined {
  const mayReopen = wanted.reopen || wanted.closedBy === 'us';
  if (mayReopen) return undefined;
  if (pullRequest?.state === 'closed') return { kind: 'rest', as: 'closed', by: 'person' };
  if (pullRequest === null && wanted.hasPullRequest) return { kind: 'rest', as: 'deleted' };
  const branchIsGone = head === null && wanted.pushedCommit !== null;
  if (!branchIsGone) return undefined;
  if (can === null) return { kind: 'rest', as: 'closed', by: 'person' };
  return pullRequest === null ? undefined : { kind: 'rest', as: 'deleted' };
}

/** Brings the branch to the wanted commit; undefined when it is where it may stay. */
function headStep(wanted: Wanted, { head }: Look): NextStep | undefined {
  if (head === wanted.commit) return undefined;
  if (head === null || head === wanted.keeps || isOurs(wanted, head))
    return { kind: 'push', commit: wanted.commit, expect: head };
  const { decision } = wanted;
  if (wanted.ours.size === 0) return { kind: 'rename' };
  if (decision?.commit !== head) return { kind: 'hold', reason: { kind: 'foreignCommits', commit: head } };
  return decision.kind === 'keepTheirs' ? undefined : { kind: 'push', commit: wanted.commit, expect: head };
}

/** Undefined where another one takes its place. */
function reopening(
  wanted: Wanted,
  pullRequest: PullRequest,
  head: string | null,
  can: PullRequestAbilities,
): NextStep | undefined {
  if (can.reopen === 'never') return undefined;
  const { headCommit } = pullRequest;
  // A branch that is gone is made first.
  if (can.reopen === 'always') return head === null ? undefined : { kind: 'reopen', pullRequest };
  if (headCommit === null || head === headCommit) return { kind: 'reopen', pullRequest };
  // Such a host opens it only at a commit that has the one at which it was closed: first there, then on.
  return isOurs(wanted, headCommit) ? { kind: 'push', commit: headCommit, expect: head } : undefined;
}

function isOurs({ ours, commit }: Wanted, head: string): boolean {
  return head === commit || ours.has(head);
}

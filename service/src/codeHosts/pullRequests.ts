import type { MergeWish } from '@flotilla/shared/campaign/wishes';
import type { RepositoryRef } from './repositoryRef.ts';

export type MergeMethod = MergeWish['method'];

/** What a host can do with pull requests, as data, so that nobody asks for its kind. */
export interface PullRequestAbilities {
  /** By the host's own word, for people: "pull request", "merge request". */
  readonly word: string;
  /** How a draft is told: by a property of its own, or by a prefix of the title that the host's module adds and removes. */
  readonly draft: 'native' | 'titlePrefix' | 'none';
  readonly labels: boolean;
  readonly reviewers: boolean;
  readonly teamReviewers: boolean;
  readonly assignees: boolean;
  /** Whether programs can report on a commit, which {@link PullRequest.checks} sums up. */
  readonly checks: boolean;
  /** What {@link PullRequests.create} takes in its one request; the rest needs an update after it. */
  readonly createTakes: readonly ('labels' | 'reviewers' | 'assignees')[];
  /** `ifDescendant`: only while the head descends from the one that it was closed with. */
  readonly reopen: 'ifDescendant' | 'always' | 'never';
  /** Whether deleting its branch closes it. */
  readonly closesWithBranch: boolean;
  readonly merge: readonly MergeMethod[];
  /** Whether the host merges by itself when checks and reviews are there. */
  readonly mergeWhenReady: boolean;
  /** How many pull requests {@link PullRequests.read} asks for in one request. */
  readonly readBatch: number;
  /** Whether there is {@link PullRequests.changedSince}. */
  readonly changeFeed: boolean;
  /** Characters; longer ones are cut with a note. */
  readonly maxTitle: number;
  readonly maxBody: number;
}

/** What tells a pull request from the others of its host. */
export interface PullRequestRef {
  readonly repository: RepositoryRef;
  /** As people know it in its repository. */
  readonly number: number;
  /** The host's own id, where calls need one. */
  readonly externalId: string | null;
}

export type ReviewState = 'approved' | 'changesRequested' | 'commented' | 'pending' | 'dismissed';

/** A pull request as its host describes it at this moment. */
export interface PullRequest extends PullRequestRef {
  readonly url: string;
  readonly state: 'open' | 'closed' | 'merged';
  readonly draft: boolean;
  readonly title: string;
  readonly body: string;
  /** `refs/heads/…` in the repository itself. */
  readonly headRef: string;
  /** Null when its branch is gone and the host does not know any more. */
  readonly headCommit: string | null;
  readonly baseRef: string;
  readonly labels: readonly string[];
  readonly reviewers: readonly string[];
  readonly teamReviewers: readonly string[];
  readonly assignees: readonly string[];
  /** The login of who opened it. */
  readonly author: string;
  /** Over all: the latest word of each reviewer; changesRequested before approved before the rest. */
  readonly review: ReviewState;
  readonly approvals: number;
  /** Over all: pending before failed before passed; null when there are none. */
  readonly checks: 'pending' | 'failed' | 'passed' | null;
  /** Null while the host is computing it, or does not say. */
  readonly mergeable: boolean | null;
  /** Whether it waits in a merge queue: then its branch must not be pushed to. */
  readonly inQueue: boolean;
  /** Unix milliseconds by the host's clock. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly mergedAt: number | null;
  readonly closedAt: number | null;
  /** The commit by which it came into its base; null before, or where the host does not say. */
  readonly mergeCommit: string | null;
}

/** A pull request as it is to be. */
export interface WantedPullRequest {
  /** `refs/heads/…` in the repository itself. */
  readonly headRef: string;
  readonly baseRef: string;
  readonly title: string;
  readonly body: string;
  readonly draft: boolean;
  readonly labels: readonly string[];
  readonly reviewers: readonly string[];
  readonly teamReviewers: readonly string[];
  readonly assignees: readonly string[];
}

/** What came of a change: what could not be done besides is a sentence each, such as that of a reviewer whom nobody knows. */
export interface ChangedPullRequest {
  readonly pullRequest: PullRequest;
  readonly warnings: readonly string[];
}

/** Calls that do something take this too: the signal ends the wait for the answer. All throw a HostError. */
export interface PullRequests {
  /** Those of exactly this head, in all states, the newest first; into one base when it is named. */
  find(
    repository: RepositoryRef,
    query: { readonly headRef: string; readonly baseRef?: string },
    signal?: AbortSignal,
  ): Promise<readonly PullRequest[]>;
  /** Opens one. Attributes that {@link PullRequestAbilities.createTakes} lacks are set by an update after it. */
  create(
    repository: RepositoryRef,
    wanted: WantedPullRequest,
    signal?: AbortSignal,
  ): Promise<ChangedPullRequest>;
  /** Changes what is named and leaves the rest; lists replace. `was` is what is known of it, so that nothing is asked twice. */
  update(
    was: PullRequest,
    change: Partial<Omit<WantedPullRequest, 'headRef'>>,
    signal?: AbortSignal,
  ): Promise<ChangedPullRequest>;
  setState(ref: PullRequestRef, to: 'open' | 'closed', signal?: AbortSignal): Promise<PullRequest>;
  /** Merges it if its head is this commit; `ready` lets the host do it when checks and reviews are there. */
  merge(
    ref: PullRequestRef,
    options: { readonly method: MergeMethod; readonly head: string; readonly when: 'now' | 'ready' },
    signal?: AbortSignal,
  ): Promise<PullRequest>;
  /** Says something once: a comment that has the key is there already. */
  comment(
    ref: PullRequestRef,
    comment: { readonly text: string; readonly key: string },
    signal?: AbortSignal,
  ): Promise<void>;
  /** Looks at many with the fewest requests, in any order; null is one that is gone. */
  read(
    refs: readonly PullRequestRef[],
    signal?: AbortSignal,
  ): AsyncIterable<readonly [PullRequestRef, PullRequest | null]>;
  /** Those of these repositories that have changed since a moment of the host's clock, perhaps more; never fewer. */
  changedSince?(
    since: number,
    repositories: readonly RepositoryRef[],
    signal?: AbortSignal,
  ): AsyncIterable<PullRequestRef>;
}

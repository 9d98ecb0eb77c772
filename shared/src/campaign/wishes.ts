import type { ChangesetState } from '../lifecycle/changesetLifecycle.ts';

/** What a person may want of a Changeset. */
export const wishes = ['publish', 'draft', 'close', 'reopen', 'retry', 'rebase'] as const;
export type Wish = (typeof wishes)[number];

/** In which states a wish means something. */
export const wishStates: Readonly<Record<Wish, readonly ChangesetState[]>> = {
  publish: ['unpublished', 'draft', 'failed'],
  draft: ['unpublished', 'open', 'failed'],
  close: ['queued', 'pushing', 'publishing', 'open', 'draft', 'held', 'failed'],
  reopen: ['closed', 'deleted'],
  retry: ['queued', 'held', 'failed'],
  rebase: ['open', 'draft', 'held', 'unpublished'],
};

/** What a person may decide about a commit of somebody else on a Changeset's branch. */
export const decisions = ['keepTheirs', 'ourChangeOnTop', 'overwrite'] as const;
export type Decision = (typeof decisions)[number];

/** How a pull request is merged, by words that all hosts have; one has perhaps not all of them. */
export const mergeMethods = ['merge', 'squash', 'rebase'] as const;

/** A wish that something be merged: at once, or by its host as soon as checks and reviews are there. */
export interface MergeWish {
  readonly method: (typeof mergeMethods)[number];
  readonly when: 'now' | 'ready';
}

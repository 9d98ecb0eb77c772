import { needsPerson } from '@flotilla/shared/campaign/needsPerson';
import type { ChangesetView } from '@flotilla/shared/campaign/views';
import type { ChangesetState } from '@flotilla/shared/lifecycle/changesetLifecycle';

/** What needs somebody comes before all others; of those a decision comes first, because only a person makes it. */
const needing: Partial<Readonly<Record<ChangesetState, number>>> = { held: 0, failed: 1 };
const changesRequested = 2;

const ranks: Readonly<Record<ChangesetState, number>> = {
  held: 0,
  failed: 1,
  open: 3,
  draft: 4,
  pushing: 5,
  publishing: 5,
  queued: 5,
  unpublished: 6,
  readOnly: 7,
  closed: 8,
  deleted: 9,
  merged: 10,
};

/** The Changesets of a Campaign as they are shown: those that need somebody first, ended ones last, without those that left. */
export function inShownOrder(changesets: readonly ChangesetView[]): readonly ChangesetView[] {
  return changesets.filter(({ detachedAt }) => detachedAt === null).toSorted((a, b) => rankOf(a) - rankOf(b));
}

function rankOf(changeset: ChangesetView): number {
  const { state } = changeset;
  return needsPerson(changeset) ? (needing[state] ?? changesRequested) : ranks[state];
}

import type { ChangesetView } from '@flotilla/shared/campaign/views';
import type { Wish } from '@flotilla/shared/campaign/wishes';
import { stateText } from '../../views/campaigns/campaignText.ts';

const participles: Readonly<Record<Wish | 'merge', string>> = {
  publish: 'published',
  draft: 'made a draft',
  close: 'closed',
  reopen: 'reopened',
  retry: 'tried again',
  rebase: 'rebased',
  merge: 'merged',
};

/**
 * What was not done of what was wanted of so many Changesets, and why: equal reasons once with their number. Undefined when all of
 * it was.
 */
export function leftSentence(
  wish: Wish | 'merge',
  of: number,
  left: readonly Pick<ChangesetView, 'state'>[],
): string | undefined {
  if (left.length === 0) return undefined;
  const byState = Map.groupBy(left, stateText);
  const reasons = [...byState].map(([state, { length }]) =>
    length === 1 ? `1 is in the state "${state}"` : `${length} are in the state "${state}"`,
  );
  const what = of === 1 ? 'The Changeset was not' : `${left.length} of ${of} Changesets were not`;
  return `${what} ${participles[wish]}: ${reasons.join(', ')}.`;
}

/** Those for which it was not done. */
export function leftOf(
  changesets: readonly ChangesetView[],
  done: readonly number[],
): readonly ChangesetView[] {
  const ids = new Set(done);
  return changesets.filter(({ id }) => !ids.has(id));
}

import type { ChangesetView } from './views.ts';

/**
 * Whether a Changeset does not go on without somebody: it needs a decision, it failed, or a reviewer wants changes. The service
 * counts the same (service/src/campaigns/queries/selectCampaigns.ts).
 */
export function needsPerson({ state, review }: Pick<ChangesetView, 'state' | 'review'>): boolean {
  if (state === 'held' || state === 'failed') return true;
  return (state === 'open' || state === 'draft') && review === 'changesRequested';
}

import type { ChangesetView } from '@flotilla/shared/campaign/views';
import type { ChangesetState } from '@flotilla/shared/lifecycle/changesetLifecycle';
import type { Status } from '../status.ts';

/** What a Changeset is shown as: its state, and of one that is open what a reviewer or a check wants besides. */
export type ChangesetLook = ChangesetState | 'changesRequested' | 'checksFailed' | 'approved';

const underWay: Status = { icon: 'sync~spin', color: 'charts.blue', spoken: 'being published' };

/** The one table from what a Changeset is at to what is seen and heard. A colour is never the only difference. */
export const changesetStatuses: Readonly<Record<ChangesetLook, Status>> = {
  held: { icon: 'question', color: 'charts.yellow', spoken: 'needs a decision' },
  failed: { icon: 'error', color: 'testing.iconFailed', spoken: 'failed' },
  changesRequested: { icon: 'request-changes', color: 'testing.iconFailed', spoken: 'changes requested' },
  checksFailed: { icon: 'warning', color: 'testing.iconErrored', spoken: 'open, checks failed' },
  approved: { icon: 'pass', color: 'testing.iconPassed', spoken: 'open, approved' },
  open: { icon: 'git-pull-request', color: 'testing.iconPassed', spoken: 'open' },
  draft: { icon: 'git-pull-request-draft', color: 'disabledForeground', spoken: 'draft' },
  publishing: underWay,
  pushing: underWay,
  queued: { icon: 'circle-outline', color: 'testing.iconQueued', spoken: 'queued' },
  unpublished: { icon: 'circle-large-outline', color: 'disabledForeground', spoken: 'not published' },
  readOnly: { icon: 'lock', color: 'disabledForeground', spoken: 'read-only: its repository is archived' },
  closed: { icon: 'git-pull-request-closed', color: 'disabledForeground', spoken: 'closed' },
  deleted: { icon: 'trash', color: 'disabledForeground', spoken: 'deleted' },
  merged: { icon: 'git-merge', color: 'charts.purple', spoken: 'merged' },
};

/** What a Changeset is shown as. */
export function lookOf({
  state,
  review,
  checks,
}: Pick<ChangesetView, 'state' | 'review' | 'checks'>): ChangesetLook {
  if (state === 'draft' && review === 'changesRequested') return 'changesRequested';
  if (state !== 'open') return state;
  if (review === 'changesRequested') return 'changesRequested';
  if (checks === 'failed') return 'checksFailed';
  return review === 'approved' ? 'approved' : 'open';
}

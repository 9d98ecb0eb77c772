/** What the view *Campaigns* says. Pure: it depends on the rows and the time alone. */
import { describeReason } from '@flotilla/shared/campaign/changesetReason';
import type { CampaignView, ChangesetView, DriftView } from '@flotilla/shared/campaign/views';
import { branchOf } from '@flotilla/shared/target/branchOf';
import { formatAge } from '../time.ts';

const separator = ' · ';

/** What is said of a Campaign's Changesets, in this order, where there are any. */
const counted = [
  ['held', 'needs a decision', 'need a decision'],
  ['failed', 'failed', 'failed'],
  ['open', 'open', 'open'],
  ['draft', 'draft', 'drafts'],
  ['queued', 'queued', 'queued'],
  ['unpublished', 'not published', 'not published'],
  ['readOnly', 'read-only', 'read-only'],
  ['closed', 'closed', 'closed'],
] as const;

/** `2/14 merged · 1 needs a decision · 11 open`; of one that is closed that, and since when. `now` is the service's time. */
export function campaignText(campaign: CampaignView, now: number): string {
  const total = changesetCount(campaign);
  const counts = shownCounts(campaign);
  const isMerged = total > 0 && counts.merged === total;
  return [
    ...(campaign.closedAt === null ? [] : [`closed ${formatAge(now - campaign.closedAt)}`]),
    ...driftText(campaign.drift, isMerged),
    isMerged ? `all ${total} merged` : `${counts.merged}/${total} merged`,
    ...counted.flatMap(([what, one, many]) => {
      const count = counts[what];
      return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
    }),
  ].join(separator);
}

/** What is left to be changed, as far as somebody has looked. */
function driftText(drift: DriftView | null, isMerged: boolean): readonly string[] {
  if (drift === null) return [];
  const { at, repositories, missing } = drift;
  if (at === null) return ['looking for drift'];
  const left = repositories ?? 0;
  const unknown = missing === null || missing === 0 ? [] : [`of ${missing} it is not known`];
  if (left > 0) return [isMerged ? `drifted in ${left}` : `${left} still to change`, ...unknown];
  return unknown.length > 0 ? unknown : ['complete'];
}

/** So many Changesets a Campaign has. */
export function changesetCount({ counts }: Pick<CampaignView, 'counts'>): number {
  return Object.values<number>(counts).reduce((sum, count) => sum + count, 0);
}

/** What is under way is queued, and what is deleted is closed, for who looks from afar. */
function shownCounts({ counts }: CampaignView): CampaignView['counts'] {
  return {
    ...counts,
    queued: counts.queued + counts.pushing + counts.publishing,
    closed: counts.closed + counts.deleted,
  };
}

/** The Changesets of these Campaigns that wait for somebody, where the Campaigns are this user's and open. */
export function countNeeding(campaigns: readonly CampaignView[]): number {
  const own = campaigns.filter(({ mine, closedAt }) => mine && closedAt === null);
  return own.reduce((sum, { needing }) => sum + needing, 0);
}

/** Beside a Changeset: its state, its number, why it does not go on, and what others say of it. */
export function changesetText(changeset: ChangesetView): string {
  const { number, branch } = changeset;
  const reason = reasonOf(changeset);
  // A view is narrow, and reasons name the branch where it matters.
  const shownBranch = reason.length === 0 ? [branchOf(branch)] : [];
  return [
    stateText(changeset),
    ...(number === null ? shownBranch : [`#${number}`]),
    ...reason,
    ...opinionsOf(changeset),
  ].join(separator);
}

const stateTexts: Readonly<Record<ChangesetView['state'], string>> = {
  held: 'needs a decision',
  failed: 'failed',
  open: 'open',
  draft: 'draft',
  pushing: 'pushing',
  publishing: 'publishing',
  queued: 'queued',
  unpublished: 'not published',
  readOnly: 'read-only',
  closed: 'closed',
  deleted: 'deleted',
  merged: 'merged',
};

/** A state in words, for rows and sentences. */
export function stateText({ state }: Pick<ChangesetView, 'state'>): string {
  return stateTexts[state];
}

/** Why it is held, failed or waits, in a sentence; nothing where there is nothing to say. */
export function reasonOf({ reason, branch, baseRef }: ChangesetView): readonly string[] {
  return reason === null ? [] : [describeReason(reason, branchOf(branch), branchOf(baseRef))];
}

const reviews: Readonly<Record<NonNullable<ChangesetView['review']>, string | undefined>> = {
  approved: 'approved',
  changesRequested: 'changes requested',
  commented: 'commented',
  pending: undefined,
  dismissed: 'review dismissed',
};

/** What reviewers, checks and the host say of one that is published. */
export function opinionsOf({
  state,
  review,
  approvals,
  checks,
  mergeable,
}: ChangesetView): readonly string[] {
  const said = review === null ? undefined : reviews[review];
  return [
    ...(said === undefined
      ? []
      : [approvals > 1 && review === 'approved' ? `${said} by ${approvals}` : said]),
    ...(checks === null || state === 'merged' ? [] : [`checks ${checks}`]),
    ...(mergeable === false && state !== 'merged' && state !== 'closed' ? ['conflicts with its base'] : []),
  ];
}

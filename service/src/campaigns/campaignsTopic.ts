import type { CampaignView } from '@flotilla/shared/campaign/views';
import { rowTopic } from '../feed/topic.ts';
import { selectCampaigns } from './queries/selectCampaigns.ts';

/** Campaigns with the counts of their Changesets, newest first. */
export const campaignsTopic = rowTopic({
  name: 'campaigns',
  table: 'campaigns',
  listedBy: null,
  newestFirst: true,
  gone: { table: 'removed_campaigns', id: 'campaign_id' },
  // Their counts are other ones where a Changeset moved, which touches no row of its Campaign. An array, as of Executions.
  changedWith: {
    topic: 'changesets',
    rows: (sql, from) =>
      sql`campaigns.id = any(array(select campaign_id from changesets where changed_xid >= ${from}))`,
  },
  select: (sql, condition, limit) => selectCampaigns(sql, condition, limit),
  repositoryOf: () => null,
  view: ({ createdById, ...row }, user): CampaignView => ({ ...row, mine: createdById === user.id }),
});

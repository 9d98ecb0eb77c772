import type { CampaignView } from '@flotilla/shared/campaign/views';
import type { changesetsTopic } from '@flotilla/service/changesets/changesetsTopic';
import { changeset } from '../connection/rowShapes.ts';
import { liveCampaigns } from './liveCampaigns.ts';
import { rowKind } from './liveKind.ts';

/** The Changesets of a Campaign, in the order of their Targets; those that have left it are among them. */
export const liveChangesets = rowKind<typeof changesetsTopic, CampaignView>({
  topic: 'changesets',
  shape: changeset,
  newestFirst: false,
  mostOfAList: 100_000,
  parent: {
    kind: liveCampaigns,
    idOf: ({ campaignId }) => campaignId,
    kept: { lists: 20, rows: 20_000 },
  },
});

import type { campaignsTopic } from '@flotilla/service/campaigns/campaignsTopic';
import { campaign } from '../connection/rowShapes.ts';
import { rowKind } from './liveKind.ts';

/** Campaigns, newest first: the last hundred, and more where somebody asks for them. */
export const liveCampaigns = rowKind<typeof campaignsTopic>({
  topic: 'campaigns',
  shape: campaign,
  newestFirst: true,
  parts: { size: 100, most: 500 },
  // However many the feed names.
  mostOfAList: 1000,
});

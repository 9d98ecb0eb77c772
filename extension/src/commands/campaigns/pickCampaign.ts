import type { CampaignView } from '@flotilla/shared/campaign/views';
import { liveCampaigns } from '../../model/liveCampaigns.ts';
import { campaignText } from '../../views/campaigns/campaignText.ts';
import { nodeOf } from '../../views/nodes.ts';
import type { App } from '../app.ts';
import { choose } from '../choose.ts';

/** The Campaign that a command is about: that of the row it was given, or a choice among those that fit. */
export async function campaignOf(
  app: App,
  argument: unknown,
  fits: (campaign: CampaignView) => boolean,
  asked: { readonly placeHolder: string; readonly nothing: string },
): Promise<CampaignView> {
  const node = nodeOf(argument, 'campaign', 'changeset');
  const campaigns = app.model.of(liveCampaigns);
  const given = node === undefined ? undefined : campaigns.get(node.campaignId);
  if (given !== undefined) return given;
  return chooseCampaign(app, (await campaigns.load()).filter(fits), asked);
}

/** One of these Campaigns. */
export function chooseCampaign(
  app: App,
  campaigns: readonly CampaignView[],
  { placeHolder, nothing }: { readonly placeHolder: string; readonly nothing: string },
): Promise<CampaignView> {
  const now = app.model.serverTime;
  return choose(
    campaigns.map((campaign) => ({
      label: campaign.name,
      description: campaignText(campaign, now),
      value: campaign,
    })),
    placeHolder,
    nothing,
  );
}

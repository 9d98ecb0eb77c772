import type { CampaignView } from '@flotilla/shared/campaign/views';
import { oneLine } from '@flotilla/shared/text/oneLine';
import { CancellationError, l10n } from 'vscode';
import { ask } from '../../platform/messages.ts';
import type { App } from '../app.ts';
import { campaignOf } from './pickCampaign.ts';

/** Closes a Campaign, after a question whether its Changesets are closed with it. */
export async function closeCampaign(app: App, argument: unknown): Promise<void> {
  const campaign = await campaignOf(app, argument, ({ closedAt }) => closedAt === null, {
    placeHolder: l10n.t('Close which Campaign?'),
    nothing: l10n.t('There is no open Campaign.'),
  });
  const withThem = l10n.t('Close with Its Changesets');
  const live = liveChangesets(campaign);
  const buttons = live === 0 ? [l10n.t('Close')] : [withThem, l10n.t('Close, and Leave Them')];
  const answer = await ask(
    'warning',
    {
      sentence: l10n.t('Close the Campaign {0}?', oneLine(campaign.name)),
      detail: detailOf(live),
    },
    ...buttons,
  );
  if (answer === undefined) throw new CancellationError();
  await app.connection.use((client) =>
    client.campaigns.close.mutate({ campaignId: campaign.id, withChangesets: answer === withThem }),
  );
}

/** So many of its Changesets are published, or may be. */
function liveChangesets({ counts }: CampaignView): number {
  const { open, draft, held, failed, queued, pushing, publishing } = counts;
  return open + draft + held + failed + queued + pushing + publishing;
}

function detailOf(live: number): string {
  const nothingMore = l10n.t('Nothing is published for it any more.');
  if (live === 0) return nothingMore;
  return [
    nothingMore,
    live === 1
      ? l10n.t('1 of its Changesets is published, or about to be.')
      : l10n.t('{0} of its Changesets are published, or about to be.', live),
    l10n.t(
      'With its Changesets, pull requests are closed and branches go, but for those on which somebody else has worked.',
    ),
  ].join(' ');
}

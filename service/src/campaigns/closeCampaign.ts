import { FlotillaError } from '@flotilla/shared/errors';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { markClosed } from './queries/markClosed.ts';

/**
 * Closes a Campaign: nothing is published for it any more. With its Changesets those that are open are closed at their hosts;
 * without them they stay as they are, and are looked at. Doing so again changes nothing. Answers how many are to be closed.
 */
export async function closeCampaign(
  { sql, hints }: { readonly sql: Sql; readonly hints: Pick<Hints, 'publish'> },
  user: User,
  campaign: { readonly campaignId: number; readonly withChangesets: boolean },
): Promise<number> {
  const closed = await markClosed(sql, user, campaign);
  if (closed === undefined)
    throw new FlotillaError('notFound', `There is no campaign ${campaign.campaignId}.`);
  hints.publish('changes');
  hints.publish('work');
  return closed;
}

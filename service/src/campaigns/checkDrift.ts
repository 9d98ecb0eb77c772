import { randomUUID } from 'node:crypto';
import { FlotillaError } from '@flotilla/shared/errors';
import { getActionVersion } from '../actions/readActions.ts';
import type { User } from '../auth/tokens.ts';
import { createExecution, type CreateContext } from '../executions/createExecution.ts';
import { readCampaign } from './queries/readCampaign.ts';
import { storeComplete, storeDriftCheck } from './queries/driftOfCampaign.ts';

/**
 * Runs the Action of a Campaign again over its scope as it is now, on the default branches of this moment: at its end the Campaign is
 * complete, or says how many repositories have slid back. Answers the Execution; null where the scope matches nothing any more,
 * which is complete. Throws `notFound`.
 */
export async function checkDrift(
  context: CreateContext,
  user: User,
  campaignId: number,
  signal: AbortSignal,
): Promise<number | null> {
  const { sql, hints, database } = context;
  const campaign = await readCampaign(sql, campaignId);
  if (campaign === undefined) throw new FlotillaError('notFound', `There is no campaign ${campaignId}.`);
  const action = await getActionVersion(database, campaign.actionId);
  try {
    const { id: executionId } = await createExecution(
      context,
      user,
      {
        requestKey: randomUUID(),
        fileName: `${action.name}.action.jsonc`,
        text: action.text,
        baseVersion: null,
        origin: action.origin,
        repositories: null,
        scopeId: null,
      },
      signal,
    );
    await storeDriftCheck(sql, user, { campaignId, executionId });
    return executionId;
  } catch (error) {
    if (!(error instanceof FlotillaError) || error.code !== 'scope.empty') throw error;
    await storeComplete(sql, user, campaignId);
    return null;
  } finally {
    hints.publish('changes');
    hints.publish('work');
  }
}

import type { CampaignTemplate } from '@flotilla/shared/campaign/campaignTemplate';
import { FlotillaError } from '@flotilla/shared/errors';
import type { User } from '../auth/tokens.ts';
import { isUniqueViolation } from '../db/uniqueViolation.ts';
import { missingOf } from '../plans/readPlan.ts';
import type { CampaignContext } from './createCampaign.ts';
import { closesMany, prepareUpdate, type CampaignUpdate } from './previewUpdate.ts';
import { applyUpdate, type AppliedUpdate } from './queries/applyUpdate.ts';
import { renderChangeset } from './renderChangeset.ts';
import { withFreeBranches } from './withFreeBranches.ts';

export interface UpdateToApply {
  readonly campaignId: number;
  readonly executionId: number;
  /** Of what was seen: an update that would do something else by now is refused. */
  readonly digest: string;
  /** What the Changesets are to say from now on; null leaves that as it is. */
  readonly template: CampaignTemplate | null;
  readonly partialReason: string | null;
  /** Whether a person said that so many are to be closed. */
  readonly closeMany: boolean;
}

/**
 * Applies an update that somebody has seen. Throws `campaign.conflict` when it would do something else by now,
 * `campaign.partial`, `campaign.closesMany`, `campaign.invalid`, `notFound`.
 */
export async function updateCampaign(
  context: CampaignContext,
  user: User,
  wanted: UpdateToApply,
  signal: AbortSignal,
): Promise<AppliedUpdate> {
  const update = await prepareUpdate(context, wanted, signal);
  refuse(update, wanted);
  const template = wanted.template ?? update.campaign.template;
  const rendered = { ...update.campaign, template };
  const created = update.rows.flatMap(({ action, item }) =>
    action === 'create' && item !== null ? [{ item, texts: renderChangeset(rendered, item) }] : [],
  );
  const updated = update.rows.flatMap(({ action, changeset, item }) =>
    action === 'update' && changeset !== null && item !== null
      ? [{ changesetId: changeset.id, item, texts: renderChangeset(rendered, item) }]
      : [],
  );
  const closed = update.rows.flatMap(({ action, changeset }) =>
    action === 'closeAndDetach' && changeset !== null ? [changeset.id] : [],
  );
  for (;;) {
    const changesets = await withFreeBranches(context.sql, created);
    try {
      const applied = await applyUpdate(context.sql, user, {
        ...wanted,
        template,
        from: update.campaign,
        planId: update.plan.id,
        created: changesets,
        updated,
        closed,
      });
      if (applied === undefined) throw changedMeanwhile();
      context.hints.publish('changes');
      context.hints.publish('work');
      return applied;
    } catch (error) {
      if (!isUniqueViolation(error, 'changesets_branch')) throw error;
    }
  }
}

function refuse({ campaign, plan, rows, digest }: CampaignUpdate, wanted: UpdateToApply): void {
  if (!campaign.isOpen)
    throw new FlotillaError(
      'campaign.invalid',
      `The campaign "${campaign.name}" is closed. Reopen it first.`,
    );
  if (digest !== wanted.digest) throw changedMeanwhile();
  const missing = missingOf(plan);
  if (missing > 0 && wanted.partialReason === null)
    throw new FlotillaError(
      'campaign.partial',
      `${missing} of ${plan.items.length} repositories have no result, because their jobs failed or were cancelled. Say why the others are updated without them.`,
      { details: { missing, of: plan.items.length } },
    );
  const closing = rows.filter(({ action }) => action === 'closeAndDetach').length;
  if (closesMany(rows) && !wanted.closeMany)
    throw new FlotillaError(
      'campaign.closesMany',
      `This update closes ${closing} changesets. Say that this is meant.`,
      { details: { closing } },
    );
}

function changedMeanwhile(): FlotillaError {
  return new FlotillaError(
    'campaign.conflict',
    'The update would do something else by now than what you have seen. Look at it again.',
  );
}

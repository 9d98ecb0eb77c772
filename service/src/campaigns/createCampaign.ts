import type { CampaignTemplate } from '@flotilla/shared/campaign/campaignTemplate';
import { FlotillaError } from '@flotilla/shared/errors';
import type { User } from '../auth/tokens.ts';
import type { Hints } from '../db/hints.ts';
import { isUniqueViolation } from '../db/uniqueViolation.ts';
import { makePlan, type PlanContext } from '../plans/makePlan.ts';
import { missingOf, readPlan, type Plan } from '../plans/readPlan.ts';
import { canSee } from '../repositories/canSee.ts';
import type { NewChangeset } from '../changesets/insertingChangesets.ts';
import { insertCampaign, type NewCampaign } from './queries/insertCampaign.ts';
import { renderChangeset } from './renderChangeset.ts';
import { withFreeBranches } from './withFreeBranches.ts';

export interface CampaignContext extends PlanContext {
  readonly hints: Pick<Hints, 'publish'>;
}

/** What a Campaign is made of. */
export interface CampaignDraft {
  readonly executionId: number;
  readonly name: string;
  readonly description: string;
  readonly template: CampaignTemplate;
}

export interface CampaignToCreate extends CampaignDraft {
  /** Made by the client: the same key is the same Campaign. */
  readonly requestKey: string;
  /** Why it is published although Targets are missing; null refuses that. */
  readonly partialReason: string | null;
}

/**
 * Makes a Campaign of what an Execution changed: a Changeset for each Patch that a reviewer left in. Throws `campaign.invalid`,
 * `campaign.conflict` for a name that is taken, `campaign.partial` where Targets are missing and nobody said why that is fine,
 * `notFound`.
 */
export async function createCampaign(
  context: CampaignContext,
  user: User,
  campaign: CampaignToCreate,
  signal: AbortSignal,
): Promise<number> {
  const { plan, rendered } = await prepareCampaign(context, user, campaign, signal);
  requirePartial(plan, campaign.partialReason);
  const id = await insert(context, user, { ...campaign, planId: plan.id }, rendered);
  context.hints.publish('changes');
  context.hints.publish('work');
  return id;
}

/** The Plan of a Campaign that is to be made, with a Changeset for each Patch that is in it. */
export async function prepareCampaign(
  context: PlanContext,
  user: User,
  draft: CampaignDraft,
  signal: AbortSignal,
): Promise<{ readonly plan: Plan; readonly rendered: readonly NewChangeset[] }> {
  const plan = await planOf(context, draft.executionId, signal);
  const patches = plan.items.filter((item) => item.patch !== null && canSee(user, { id: item.repositoryId }));
  if (patches.length === 0)
    throw new FlotillaError(
      'campaign.invalid',
      `Execution ${draft.executionId} has no patch that is left in: there is nothing to publish.`,
    );
  return { plan, rendered: patches.map((item) => ({ item, texts: renderChangeset(draft, item) })) };
}

async function insert(
  { sql }: CampaignContext,
  user: User,
  campaign: Omit<NewCampaign, 'changesets'>,
  rendered: readonly NewChangeset[],
): Promise<number> {
  for (;;) {
    const changesets = await withFreeBranches(sql, rendered);
    try {
      return await insertCampaign(sql, user, { ...campaign, changesets });
    } catch (error) {
      // Another Campaign has taken a branch meanwhile: it is seen now.
      if (isUniqueViolation(error, 'changesets_branch')) continue;
      if (!isUniqueViolation(error, 'campaigns_name')) throw error;
      throw new FlotillaError(
        'campaign.conflict',
        `There is a campaign "${campaign.name}" already. Choose another name, or update that one.`,
      );
    }
  }
}

async function planOf(context: PlanContext, executionId: number, signal: AbortSignal): Promise<Plan> {
  const planId = await makePlan(context, { executionId, amends: null }, signal);
  const plan = planId === undefined ? undefined : await readPlan(context.sql, planId);
  if (plan !== undefined) return plan;
  const [execution] = await context.sql`select from executions where id = ${executionId}`;
  throw execution === undefined
    ? new FlotillaError('notFound', `There is no execution ${executionId}.`)
    : new FlotillaError(
        'campaign.invalid',
        `Execution ${executionId} has not ended: wait for its jobs, or cancel those that are left.`,
      );
}

/** What a reviewer left out is no accident; all other absences take a word. */
function requirePartial(plan: Plan, reason: string | null): void {
  const missing = missingOf(plan);
  if (missing === 0 || reason !== null) return;
  throw new FlotillaError(
    'campaign.partial',
    `${missing} of ${plan.items.length} repositories have no result, because their jobs failed or were cancelled. Say why the others are published without them.`,
    { details: { missing, of: plan.items.length } },
  );
}

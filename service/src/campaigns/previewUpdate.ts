import { createHash } from 'node:crypto';
import type { CampaignUpdateView, UpdateRowView } from '@flotilla/shared/campaign/campaignUpdate';
import { FlotillaError } from '@flotilla/shared/errors';
import type { User } from '../auth/tokens.ts';
import { buildCommit, hasCommit, mergeTrees } from '../changesets/buildCommit.ts';
import { makePlan } from '../plans/makePlan.ts';
import { missingOf, readPlan, type Plan, type PlanItem } from '../plans/readPlan.ts';
import { canSee } from '../repositories/canSee.ts';
import type { CampaignContext } from './createCampaign.ts';
import { planUpdate, type PatchComparison, type PublishedChangeset, type UpdateRow } from './planUpdate.ts';
import { readCampaign, type Campaign } from './queries/readCampaign.ts';
import { selectPublished, type PublishedRow } from './queries/selectPublished.ts';

export interface UpdateWanted {
  readonly campaignId: number;
  readonly executionId: number;
}

/** An update with all that its application needs. */
export interface CampaignUpdate {
  readonly campaign: Campaign;
  readonly plan: Plan;
  readonly rows: readonly UpdateRow[];
  readonly published: ReadonlyMap<number, PublishedRow>;
  readonly digest: string;
}

/** More closings than these, or than a tenth of all, wait for a person to say so. */
const closingsWithoutWord = 10;

/** What an update of a Campaign from an Execution would do. Throws `notFound`, `campaign.invalid`. */
export async function previewUpdate(
  context: CampaignContext,
  user: User,
  wanted: UpdateWanted,
  signal: AbortSignal,
): Promise<CampaignUpdateView> {
  const update = await prepareUpdate(context, wanted, signal);
  const { campaign, plan, rows, published, digest } = update;
  const visible = rows.filter((row) => canSee(user, { id: repositoryOf(row) }));
  return {
    campaignId: campaign.id,
    planId: plan.id,
    executionId: wanted.executionId,
    digest,
    rows: visible.map((row) => rowView(row, published)),
    missing: missingOf(plan),
    closesMany: closesMany(rows),
  };
}

/** Makes the Plan of an update, and finds what it does. */
export async function prepareUpdate(
  context: CampaignContext,
  { campaignId, executionId }: UpdateWanted,
  signal: AbortSignal,
): Promise<CampaignUpdate> {
  const { sql } = context;
  const campaign = await readCampaign(sql, campaignId);
  if (campaign === undefined) throw new FlotillaError('notFound', `There is no campaign ${campaignId}.`);
  const plan = await planFor(context, campaign, executionId, signal);
  const changesets = await selectPublished(sql, campaignId);
  const published = new Map(changesets.map((row) => [row.id, row]));
  const compare = (changeset: PublishedChangeset, item: PlanItem) =>
    comparePatches(context, published.get(changeset.id), item, signal);
  const rows = await planUpdate(plan, changesets, compare);
  return { campaign, plan, rows, published, digest: digestOf(plan, rows) };
}

async function planFor(
  context: CampaignContext,
  campaign: Campaign,
  executionId: number,
  signal: AbortSignal,
): Promise<Plan> {
  const [execution] = await context.sql<{ action_id: string; coverage: 'scope' | 'subset' }[]>`
    select action_id, coverage from executions where id = ${executionId}`;
  if (execution === undefined) throw new FlotillaError('notFound', `There is no execution ${executionId}.`);
  if (Number(execution.action_id) !== campaign.actionId)
    throw new FlotillaError(
      'campaign.invalid',
      `Execution ${executionId} is of another action than the campaign "${campaign.name}".`,
    );
  if (executionId < campaign.executionId)
    throw new FlotillaError(
      'campaign.invalid',
      `The campaign "${campaign.name}" has the results of execution ${campaign.executionId}, which is newer than ${executionId}.`,
    );
  const amends = execution.coverage === 'subset' ? campaign.planId : null;
  const planId = await makePlan(context, { executionId, amends }, signal);
  const plan = planId === undefined ? undefined : await readPlan(context.sql, planId);
  if (plan !== undefined) return plan;
  throw new FlotillaError(
    'campaign.invalid',
    `Execution ${executionId} has not ended: wait for its jobs, or cancel those that are left.`,
  );
}

/**
 * Whether a Patch is the one that a Changeset has, perhaps made on another base: brought to the new base by a merge, the present
 * one gives the same tree. So what is equal is equal to the letter, whatever its context looks like.
 */
async function comparePatches(
  { mirrors }: CampaignContext,
  changeset: PublishedRow | undefined,
  { patch, baseRevision, repositoryId }: PlanItem,
  signal: AbortSignal,
): Promise<PatchComparison> {
  if (changeset === undefined || patch === null) return 'differs';
  const isSameBase = changeset.baseRevision === baseRevision;
  if (isSameBase) return changeset.resultTree === patch.resultTree ? 'same' : 'differs';
  const gitDir = mirrors.pathOf(repositoryId);
  if (!(await hasCommit(gitDir, changeset.baseRevision, signal))) return 'differs';
  const commit = await buildCommit(gitDir, changeset.commit, signal);
  const merged = await mergeTrees(gitDir, [baseRevision, commit], signal);
  return merged.kind === 'clean' && merged.tree === patch.resultTree ? 'sameOnOtherBase' : 'differs';
}

export function closesMany(rows: readonly UpdateRow[]): boolean {
  const closing = rows.filter(({ action }) => action === 'closeAndDetach').length;
  const all = rows.filter(({ changeset }) => changeset !== null).length;
  return closing > closingsWithoutWord || closing > Math.max(all / 10, 1);
}

/** What was seen, as a text: an update that is applied has the same. */
function digestOf(plan: Plan, rows: readonly UpdateRow[]): string {
  const seen = rows.map(({ action, changeset, item }) => [
    repositoryOf({ changeset, item }),
    action,
    changeset?.id ?? null,
    changeset?.resultTree ?? null,
    item?.patch?.resultTree ?? null,
  ]);
  return createHash('sha256')
    .update(JSON.stringify([plan.id, seen]))
    .digest('hex');
}

function repositoryOf({ changeset, item }: Pick<UpdateRow, 'changeset' | 'item'>): number {
  return item?.repositoryId ?? changeset?.repositoryId ?? 0;
}

function rowView(
  { action, reason, changeset, item }: UpdateRow,
  published: ReadonlyMap<number, PublishedRow>,
): UpdateRowView {
  const row = changeset === null ? undefined : published.get(changeset.id);
  const named = item ?? row;
  if (named === undefined) throw new Error('an update has a row of nothing');
  const pushes = action === 'update' && row?.pushedCommit != null;
  return {
    codeHostId: named.codeHostId,
    codeHost: named.codeHost,
    repositoryId: named.repositoryId,
    repository: named.repository,
    baseRef: named.baseRef,
    directory: named.directory,
    action,
    reason,
    changesetId: changeset?.id ?? null,
    before: row === undefined ? null : { baseTree: row.baseTree, resultTree: row.resultTree },
    after: item?.patch == null ? null : { baseTree: item.patch.baseTree, resultTree: item.patch.resultTree },
    discards: pushes ? { approvals: row.approvals, checks: row.checks } : { approvals: 0, checks: null },
  };
}

import type { CampaignTemplate } from '@flotilla/shared/campaign/campaignTemplate';
import type { User } from '../../auth/tokens.ts';
import type { Sql } from '../../db/database.ts';
import { insertingChangesets, type NewChangeset } from '../../changesets/insertingChangesets.ts';
import { auditing } from '../../telemetry/audit.ts';

export interface NewCampaign {
  readonly requestKey: string;
  readonly executionId: number;
  readonly name: string;
  readonly description: string;
  readonly template: CampaignTemplate;
  readonly partialReason: string | null;
  readonly planId: number;
  readonly changesets: readonly NewChangeset[];
}

/**
 * Makes a Campaign with its Changesets, and asks for the work of those that are to be published: one auto-commit statement. With a
 * key that has made one already, answers that one. Throws a unique violation of `campaigns_name`, and of `changesets_branch` when
 * another Changeset has taken a branch meanwhile.
 */
export async function insertCampaign(sql: Sql, user: User, campaign: NewCampaign): Promise<number> {
  const { publish } = campaign.template;
  const publication = publish === 'none' ? 'unpublished' : publish;
  const [row] = await sql<{ id: string }[]>`
    with made as (
      insert into campaigns (request_key, name, description, action_id, template, plan_id, execution_id, partial_reason, created_by)
      select ${campaign.requestKey}, ${campaign.name}, ${campaign.description}, action_id,
             ${sql.json(campaign.template)}, ${campaign.planId}, id, ${campaign.partialReason}, ${user.id}
        from executions where id = ${campaign.executionId}
      on conflict (request_key) do nothing
      returning id, execution_id, plan_id, partial_reason),
    ${insertingChangesets(sql, { publication, changesets: campaign.changesets, campaign: sql`made` })},
    audited as (${auditing(sql, {
      actor: user.name,
      event: 'campaign.created',
      details: {
        campaign: sql`id`,
        execution: sql`execution_id`,
        plan: sql`plan_id`,
        changesets: sql`${campaign.changesets.length}::int`,
        reason: sql`partial_reason`,
      },
      of: sql`made`,
    })})
    select id from made union all select id from campaigns where request_key = ${campaign.requestKey}`;
  if (row === undefined) throw new Error('a campaign was not made');
  return Number(row.id);
}

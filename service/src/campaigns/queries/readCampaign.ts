import type { CampaignTemplate } from '@flotilla/shared/campaign/campaignTemplate';
import type { Sql } from '../../db/database.ts';

export interface Campaign {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly actionId: number;
  readonly template: CampaignTemplate;
  readonly planId: number;
  readonly executionId: number;
  readonly isOpen: boolean;
}

/** A Campaign; undefined when there is none. */
export async function readCampaign(sql: Sql, campaignId: number): Promise<Campaign | undefined> {
  const [row] = await sql<Campaign[]>`
    select id::float8 as id, name, description, action_id::float8 as "actionId", template, plan_id::float8 as "planId",
           execution_id::float8 as "executionId", closed_at is null as "isOpen"
      from campaigns where id = ${campaignId}`;
  return row;
}

import type { CampaignTemplate } from '@flotilla/shared/campaign/campaignTemplate';
import type { ChangesetCounts, DriftView } from '@flotilla/shared/campaign/views';
import { changesetStates, type ChangesetState } from '@flotilla/shared/lifecycle/changesetLifecycle';
import type { Fragment } from 'postgres';
import type { Sql } from '../../db/database.ts';

export interface CampaignRow {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly actionId: number;
  readonly actionName: string;
  readonly executionId: number;
  readonly planId: number;
  readonly template: CampaignTemplate;
  readonly counts: ChangesetCounts;
  readonly drift: DriftView | null;
  readonly needing: number;
  readonly createdById: number;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly closedAt: number | null;
}

/** Campaigns, the newest first, with the counts of their Changesets, aggregated now. */
export async function selectCampaigns(sql: Sql, filter: Fragment, limit: number): Promise<CampaignRow[]> {
  const rows = await sql<
    (Omit<CampaignRow, 'counts'> & { readonly counts: Partial<Record<ChangesetState, number>> | null })[]
  >`
    select campaigns.id::float8 as id, campaigns.name, campaigns.description, action_id::float8 as "actionId",
           actions.name as "actionName", execution_id::float8 as "executionId", plan_id::float8 as "planId", template,
           users.id::float8 as "createdById", users.name as "createdBy",
           (extract(epoch from campaigns.created_at) * 1000)::float8 as "createdAt",
           (extract(epoch from closed_at) * 1000)::float8 as "closedAt",
           case when drift_execution_id is not null or drift_checked_at is not null
                then jsonb_build_object('executionId', drift_execution_id,
                                        'at', (extract(epoch from drift_checked_at) * 1000)::float8,
                                        'repositories', drifted, 'missing', drift_missing) end as drift,
           (select jsonb_object_agg(state, number)
              from (select state, count(*)::int as number from changesets
                     where campaign_id = campaigns.id and detached_at is null group by state) as counted) as counts,
           (select count(*)::int from changesets
             where campaign_id = campaigns.id and detached_at is null
               and (state in ('held', 'failed')
                    or state in ('open', 'draft') and pull_request ->> 'review' = 'changesRequested')) as needing
      from campaigns join actions on actions.id = action_id join users on users.id = created_by
     where ${filter} order by campaigns.id desc limit ${limit}`;
  return rows.map((row) => ({
    ...row,
    counts: Object.fromEntries(
      changesetStates.map((state) => [state, row.counts?.[state] ?? 0]),
    ) as ChangesetCounts,
  }));
}

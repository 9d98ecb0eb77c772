import type { User } from '../../auth/tokens.ts';
import { settlementName } from '../../executions/settlement/settlementName.ts';
import { changedNow } from '../../db/changedNow.ts';
import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';
import { askingForWork } from '../../work/askForWork.ts';

/**
 * Notes by which Execution a Campaign is looked at for drift, and has its end settled anew, which may have been before that was
 * noted: one auto-commit statement.
 */
export async function storeDriftCheck(
  sql: Sql,
  user: User,
  { campaignId, executionId }: { readonly campaignId: number; readonly executionId: number },
): Promise<void> {
  const ended = sql`
    select ${settlementName}::text, id::text, jsonb_build_object('executionId', id, 'end', end_number), now()
      from executions where id = ${executionId} and ended_at is not null`;
  await sql`
    with checked as (
      update campaigns
         set drift_execution_id = ${executionId}, drift_checked_at = null, drifted = null, drift_missing = null,
             ${changedNow(sql)}
       where id = ${campaignId} returning id),
    asked as (${askingForWork(sql, ended)})
    ${auditing(sql, {
      actor: user.name,
      event: 'campaign.driftChecked',
      details: { campaign: sql`id`, execution: sql`${executionId}::bigint` },
      of: sql`checked`,
    })}`;
}

/** Notes that nothing is left to be changed, because nothing is in the scope any more. */
export async function storeComplete(sql: Sql, user: User, campaignId: number): Promise<void> {
  await sql`
    with checked as (
      update campaigns
         set drift_execution_id = null, drift_checked_at = now(), drifted = 0, drift_missing = 0, ${changedNow(sql)}
       where id = ${campaignId} returning id)
    ${auditing(sql, {
      actor: user.name,
      event: 'campaign.driftChecked',
      details: { campaign: sql`id`, execution: sql`null::bigint` },
      of: sql`checked`,
    })}`;
}

/** Notes what an Execution found for the Campaigns that wait for it. Doing so again changes nothing. */
export async function storeDrift(sql: Sql, executionId: number): Promise<boolean> {
  const rows = await sql`
    update campaigns
       set drift_checked_at = now(), drifted = counted.changed, drift_missing = counted.missing, ${changedNow(sql)}
      from (select count(*) filter (where jobs.state = 'succeeded' and result_tree is not null)::int as changed,
                   count(*) filter (where jobs.state <> 'succeeded')::int as missing
              from jobs left join attempts on attempts.id = jobs.current_attempt_id
             where execution_id = ${executionId}) as counted
     where drift_execution_id = ${executionId}
    returning campaigns.id`;
  return rows.length > 0;
}

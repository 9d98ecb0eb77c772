import type { CampaignTemplate } from '@flotilla/shared/campaign/campaignTemplate';
import type { User } from '../../auth/tokens.ts';
import { insertingChangesets, wishRow, type NewChangeset } from '../../changesets/insertingChangesets.ts';
import { reconcileName } from '../../changesets/reconcileName.ts';
import { changedNow } from '../../db/changedNow.ts';
import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';
import { askingForWork } from '../../work/askForWork.ts';

export interface Update {
  readonly campaignId: number;
  readonly executionId: number;
  readonly planId: number;
  readonly template: CampaignTemplate;
  readonly partialReason: string | null;
  /** The Campaign as it was when the update was made: it is applied to that one alone. */
  readonly from: { readonly planId: number; readonly executionId: number };
  readonly created: readonly NewChangeset[];
  readonly updated: readonly (NewChangeset & { readonly changesetId: number })[];
  /** Changesets that are closed and leave the Campaign. */
  readonly closed: readonly number[];
}

export interface AppliedUpdate {
  readonly created: number;
  readonly updated: number;
  readonly closed: number;
}

/**
 * Applies an update of a Campaign with all that it does to its Changesets, and asks for their work: one auto-commit statement.
 * Undefined when the Campaign, or one of those Changesets, is another one by now.
 */
export async function applyUpdate(sql: Sql, user: User, update: Update): Promise<AppliedUpdate | undefined> {
  const { publish } = update.template;
  const publication = publish === 'none' ? 'unpublished' : publish;
  const updated = update.updated.map(({ changesetId, ...wish }) => ({ id: changesetId, ...wishRow(wish) }));
  const [row] = await sql<{ applied: boolean; updated: number; closed: number }[]>`
    with new_wishes as materialized (
      select * from jsonb_to_recordset(${sql.json(updated)}) as wish (
        id bigint, execution_id bigint, job_id bigint, action_version int, base_revision text, base_tree text,
        result_tree text, files int, added_lines int, removed_lines int, title text, body text, message text,
        author_name text, author_email text)),
    to_close as materialized (
      select value::bigint as id from jsonb_array_elements_text(${sql.json([...update.closed])})),
    -- Those that were merged, or have left, meanwhile are no longer what was seen.
    held as materialized (
      select changesets.id from changesets
       where campaign_id = ${update.campaignId} and detached_at is null and state <> 'merged'
         and id in (select id from new_wishes union all select id from to_close)
       order by id for no key update),
    changed as (
      update campaigns
         set plan_id = ${update.planId}, execution_id = ${update.executionId},
             template = ${sql.json(update.template)}, partial_reason = ${update.partialReason},
             ${changedNow(sql)}
       where id = ${update.campaignId} and closed_at is null
         and plan_id = ${update.from.planId} and execution_id = ${update.from.executionId}
         and (select count(*) from held) = ${updated.length + update.closed.length}
      returning id, execution_id, plan_id, partial_reason),
    ${insertingChangesets(sql, { publication, changesets: update.created, campaign: sql`changed` })},
    wished as (
      update changesets
         set execution_id = wish.execution_id, job_id = wish.job_id, action_version = wish.action_version,
             base_revision = wish.base_revision, base_tree = wish.base_tree, result_tree = wish.result_tree,
             files = wish.files, added_lines = wish.added_lines, removed_lines = wish.removed_lines, title = wish.title,
             body = wish.body, message = wish.message, author_name = wish.author_name, author_email = wish.author_email,
             commit_date = date_trunc('second', now()), wanted_number = wanted_number + 1, decision = null,
             state = case when state = 'unpublished' then state else 'queued' end, reason = null, ${changedNow(sql)}
        from new_wishes as wish, changed
       where changesets.id = wish.id
      returning changesets.id, state),
    leaving as (
      update changesets
         set publication = 'closed', leaving = true, wanted_number = wanted_number + 1, ${changedNow(sql)},
             detached_at = case when published_at is null and pushed_commit is null then now() end
        from to_close, changed
       where changesets.id = to_close.id
      returning changesets.id, detached_at),
    asked_again as (${askingForWork(
      sql,
      sql`select ${reconcileName}::text, id::text, jsonb_build_object('changesetId', id), now()
            from (select id from wished where state = 'queued'
                  union all select id from leaving where detached_at is null) as owed`,
    )}),
    audited as (${auditing(sql, {
      actor: user.name,
      event: 'campaign.updated',
      details: {
        campaign: sql`id`,
        execution: sql`execution_id`,
        plan: sql`plan_id`,
        created: sql`${update.created.length}::int`,
        updated: sql`(select count(*) from wished)`,
        closed: sql`(select count(*) from leaving)`,
        reason: sql`partial_reason`,
      },
      of: sql`changed`,
    })})
    select exists (select from changed) as applied, (select count(*)::int from wished) as updated,
           (select count(*)::int from leaving) as closed`;
  if (row?.applied !== true) return undefined;
  return { created: update.created.length, updated: row.updated, closed: row.closed };
}

import type { User } from '../../auth/tokens.ts';
import { reconcileName } from '../../changesets/reconcileName.ts';
import { changedNow } from '../../db/changedNow.ts';
import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';
import { askingForWork } from '../../work/askForWork.ts';

/**
 * Closes a Campaign, and wants those of its Changesets closed that have been published, or are about to be: one auto-commit
 * statement. Answers how many; undefined when there is no such Campaign.
 */
export async function markClosed(
  sql: Sql,
  user: User,
  { campaignId, withChangesets }: { readonly campaignId: number; readonly withChangesets: boolean },
): Promise<number | undefined> {
  const [row] = await sql<{ found: boolean; closed: number }[]>`
    with found as materialized (
      select id, closed_at is null as is_open from campaigns where id = ${campaignId} for no key update),
    closed as (
      update campaigns set closed_at = now(), ${changedNow(sql)}
        from found where campaigns.id = found.id and is_open
      returning campaigns.id),
    wanted as (
      update changesets
         set publication = case when published_at is null and state in ('unpublished', 'queued') then 'unpublished'
                                else 'closed' end,
             state = case when published_at is null and state = 'queued' then 'unpublished' else state end,
             wanted_number = wanted_number + 1, reopen = false, ${changedNow(sql)}
        from found
       where campaign_id = found.id and ${withChangesets} and detached_at is null
         and publication in ('open', 'draft')
         and state not in ('merged', 'closed', 'deleted')
      returning changesets.id, publication),
    asked as (${askingForWork(
      sql,
      sql`select ${reconcileName}::text, id::text, jsonb_build_object('changesetId', id), now()
            from wanted where publication = 'closed'`,
    )}),
    audited as (${auditing(sql, {
      actor: user.name,
      event: 'campaign.closed',
      details: { campaign: sql`id`, changesets: sql`(select count(*) from wanted)` },
      of: sql`closed`,
    })})
    select exists (select from found) as found, (select count(*)::int from wanted) as closed`;
  return row?.found === true ? row.closed : undefined;
}

import { wishStates, type MergeWish, type Wish } from '@flotilla/shared/campaign/wishes';
import type { User } from '../../auth/tokens.ts';
import { changedNow } from '../../db/changedNow.ts';
import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';
import { askingForWork } from '../../work/askForWork.ts';
import { reconcileName } from '../reconcileName.ts';

/**
 * Keeps what a person wants of some Changesets, and asks for their work: one auto-commit statement. Answers which of them it
 * means nothing for, because they are in another state, or not there.
 */
export async function storeWish(
  sql: Sql,
  user: User,
  { changesetIds, wish }: { readonly changesetIds: readonly number[]; readonly wish: Wish },
): Promise<{ readonly done: readonly number[] }> {
  const publication = {
    publish: 'open',
    draft: 'draft',
    close: 'closed',
    reopen: null,
    retry: null,
    rebase: null,
  }[wish];
  const rows = await sql<{ id: number }[]>`
    with wished as (
      update changesets
         set publication = coalesce(${publication}::text,
                                    case when ${wish === 'reopen'} and publication = 'closed' then 'open' else publication end),
             reopen = ${wish === 'reopen'}, rebase = ${wish === 'rebase'}, state = 'queued', reason = null, wanted_number = wanted_number + 1,
             ${changedNow(sql)}
       where id in (select value::bigint from jsonb_array_elements_text(${sql.json([...changesetIds])}))
         and state in ${sql(wishStates[wish])} and detached_at is null and not leaving
      returning id),
    asked as (${askingForWork(
      sql,
      sql`select ${reconcileName}::text, id::text, jsonb_build_object('changesetId', id), now() from wished`,
    )}),
    audited as (${auditing(sql, {
      actor: user.name,
      event: 'changeset.wanted',
      details: { changeset: sql`id`, wish: sql`${wish}::text` },
      of: sql`wished`,
    })})
    select id::float8 as id from wished`;
  return { done: rows.map(({ id }) => id) };
}

/**
 * Keeps how a person wants open Changesets merged, and asks for their work: one auto-commit statement. Answers which of them are
 * open.
 */
export async function storeMergeWish(
  sql: Sql,
  user: User,
  { changesetIds, merge }: { readonly changesetIds: readonly number[]; readonly merge: MergeWish },
): Promise<{ readonly done: readonly number[] }> {
  const rows = await sql<{ id: number }[]>`
    with wished as (
      update changesets
         set merge = ${sql.json({ ...merge })}, state = 'queued', reason = null, ${changedNow(sql)}
       where id in (select value::bigint from jsonb_array_elements_text(${sql.json([...changesetIds])}))
         and state = 'open' and pull_request is not null and detached_at is null and not leaving
      returning id),
    asked as (${askingForWork(
      sql,
      sql`select ${reconcileName}::text, id::text, jsonb_build_object('changesetId', id), now() from wished`,
    )}),
    audited as (${auditing(sql, {
      actor: user.name,
      event: 'changeset.wanted',
      details: { changeset: sql`id`, wish: sql`${`merge (${merge.method}, ${merge.when})`}::text` },
      of: sql`wished`,
    })})
    select id::float8 as id from wished`;
  return { done: rows.map(({ id }) => id) };
}

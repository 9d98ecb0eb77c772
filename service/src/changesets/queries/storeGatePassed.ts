import type { User } from '../../auth/tokens.ts';
import { changedNow } from '../../db/changedNow.ts';
import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';
import { askingForWork } from '../../work/askForWork.ts';
import { reconcileName } from '../reconcileName.ts';

/**
 * Lets the Patches of Changesets that a gate holds pass it, these very trees and no later ones, and asks for their work: one
 * auto-commit statement. Answers which those are.
 */
export async function storeGatePassed(
  sql: Sql,
  user: User,
  { changesetIds, reason }: { readonly changesetIds: readonly number[]; readonly reason: string },
): Promise<{ readonly done: readonly number[] }> {
  const rows = await sql<{ id: number }[]>`
    with passed as (
      update changesets set gate_passed = result_tree, state = 'queued', reason = null, ${changedNow(sql)}
       where id in (select value::bigint from jsonb_array_elements_text(${sql.json([...changesetIds])}))
         and state = 'held' and reason ->> 'kind' = 'gate' and detached_at is null
      returning id, result_tree),
    asked as (${askingForWork(
      sql,
      sql`select ${reconcileName}::text, id::text, jsonb_build_object('changesetId', id), now() from passed`,
    )}),
    audited as (${auditing(sql, {
      actor: user.name,
      event: 'changeset.gatePassed',
      details: { changeset: sql`id`, tree: sql`result_tree`, reason: sql`${reason}::text` },
      of: sql`passed`,
    })})
    select id::float8 as id from passed`;
  return { done: rows.map(({ id }) => id) };
}

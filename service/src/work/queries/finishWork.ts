import type { Sql } from '../../db/database.ts';
import type { WorkLease } from '../workKind.ts';

/**
 * A row is done: it goes, or, where somebody has asked for it since it was taken, is due as they said. One auto-commit
 * statement, which decides of the row as it is locked. False when the row is another's by now, or gone.
 */
export async function finishWork(sql: Sql, lease: WorkLease): Promise<boolean> {
  const rows = await sql`
    with held as materialized (
      select id, due_at from work where id = ${lease.id} and token = ${lease.token} for update),
    gone as (
      delete from work using held where work.id = held.id and held.due_at = 'infinity'),
    asked as (
      update work set lease_until = null, holder = null, tries = 0, reason = null, error = null
        from held where work.id = held.id and held.due_at < 'infinity')
    select id from held`;
  return rows.length > 0;
}

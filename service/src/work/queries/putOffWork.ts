import type { Sql } from '../../db/database.ts';
import type { WorkLease } from '../workKind.ts';
import { dueTime, type Due } from '../workOutcome.ts';

/** How a row waits that was taken and not done. */
export interface Wait {
  readonly due: Due;
  /** How many tries are counted from now on. */
  readonly tries: number;
  /** Why; undefined leaves what was said before. */
  readonly said?: { readonly reason: string; readonly error: string | null };
}

/**
 * Gives a row back, to be due at a time, or before, where somebody has asked for it since it was taken. False when the
 * row is another's by now, or gone.
 */
export async function putOffWork(sql: Sql, lease: WorkLease, { due, tries, said }: Wait): Promise<boolean> {
  const why = said === undefined ? sql`` : sql`, reason = ${said.reason}, error = ${said.error}`;
  const rows = await sql`
    update work
       set lease_until = null, holder = null, due_at = least(due_at, ${dueTime(sql, due)}), tries = ${tries} ${why}
     where id = ${lease.id} and token = ${lease.token} and lease_until is not null
    returning id`;
  return rows.length > 0;
}

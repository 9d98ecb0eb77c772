import type { Fragment } from 'postgres';
import type { Sql } from './database.ts';

/** {@link changedNow} as text, for functions in the database. */
export const changedNowText = 'changed_xid = (pg_current_xact_id()::text)::bigint';

/**
 * What an UPDATE sets where editors are to see what else it sets: the transaction by which the feed of changes finds the
 * row (docs/decisions/0007).
 */
export function changedNow(sql: Sql): Fragment {
  return sql.unsafe(changedNowText);
}

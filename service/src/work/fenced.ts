import type { Fragment } from 'postgres';
import type { Sql } from '../db/database.ts';
import type { WorkLease } from './workKind.ts';

/**
 * The first part of a statement of a handler: a row when the lease still stands, none when the work is another's or has
 * been given back. It locks the row, so that nobody takes it before the statement has committed.
 */
export function fenced(sql: Sql, lease: WorkLease): Fragment {
  return sql`
    select id from work where id = ${lease.id} and token = ${lease.token} and lease_until is not null
       for no key update`;
}

/**
 * What the columns of all tables are made of. Times are `timestamptz` read as Date; ids are 64-bit identities read as
 * numbers (below 2^53). Log and patch bytes never sit in job or attempt rows; heartbeat columns have no index, so that a
 * heartbeat is a HOT update.
 */
import { sql } from 'drizzle-orm';
import { bigint, customType, timestamp } from 'drizzle-orm/pg-core';

export const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });
export const id = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();
export const ref = (name: string) => bigint(name, { mode: 'number' });
export const at = (name: string) => timestamp(name, { withTimezone: true });
export const createdAt = () => at('created_at').notNull().defaultNow();
/**
 * The transaction that last changed what editors see of a row, by which the feed of changes reads (see
 * feed/readChanges.ts). Filled by the default, moved by the statements that change a row.
 */
export const changedXid = () =>
  bigint('changed_xid', { mode: 'number' })
    .notNull()
    .default(sql`(pg_current_xact_id()::text)::bigint`);

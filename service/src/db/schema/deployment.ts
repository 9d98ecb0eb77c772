import { boolean, integer, pgTable } from 'drizzle-orm/pg-core';

/** The lowest program version that may use this database, and other facts about it: one row. */
export const deployment = pgTable('deployment', {
  singleton: boolean().primaryKey().default(true),
  /** Programs with a lower schema number than this refuse to start. */
  minCompatible: integer('min_compatible').notNull(),
});

import { boolean, integer, pgTable, text } from 'drizzle-orm/pg-core';

/** The lowest program version that may use this database, and other facts about it: one row. */
export const deployment = pgTable('deployment', {
  singleton: boolean().primaryKey().default(true),
  /** Programs with a lower schema number than this refuse to start. */
  minCompatible: integer('min_compatible').notNull(),
  /**
   * Id of the key that the replica which started last encrypts secrets with: one that has another first key writes none.
   * Null until a replica that knows of secrets has started.
   */
  secretKeyId: text('secret_key_id'),
});

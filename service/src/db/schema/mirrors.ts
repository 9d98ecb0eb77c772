import { sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at, ref } from './columns.ts';
import { repositories } from './repositories.ts';

/** What is to be done in the mirror of a repository; one without a row has nothing to be done. */
export const mirrors = pgTable(
  'mirrors',
  {
    repositoryId: ref('repository_id')
      .primaryKey()
      .references(() => repositories.id),
    /** When its pins are to be compared with the rows that need them; null when none can have become needless. */
    pinsDueAt: at('pins_due_at'),
    /** When its objects are to be packed anew; null when that would change nothing. */
    repackDueAt: at('repack_due_at'),
    /** When that was last begun. */
    repackedAt: at('repacked_at'),
  },
  (t) => [
    index('mirrors_pins_due')
      .on(t.pinsDueAt)
      .where(sql`pins_due_at is not null`),
    index('mirrors_repack_due')
      .on(t.repackDueAt)
      .where(sql`repack_due_at is not null`),
  ],
);

/** Commits that were heads until a while ago: who read one as a head may be about to name it. */
export const formerHeads = pgTable(
  'former_heads',
  {
    repositoryId: ref('repository_id')
      .notNull()
      .references(() => repositories.id),
    commit: text().notNull(),
    movedAt: at('moved_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.repositoryId, t.commit] })],
);

import { boolean, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { users } from './access.ts';
import { at, ref } from './columns.ts';
import { jobs } from './jobs.ts';

/** What a reviewer left out; everything without a row is in. */
export const reviewSelections = pgTable(
  'review_selections',
  {
    jobId: ref('job_id')
      .notNull()
      .references(() => jobs.id),
    /** Path of a file in the Patch; empty for the whole Job. */
    path: text().notNull().default(''),
    included: boolean().notNull(),
    userId: ref('user_id')
      .notNull()
      .references(() => users.id),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.jobId, t.path] })],
);

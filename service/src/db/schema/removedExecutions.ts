import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable } from 'drizzle-orm/pg-core';
import { at, changedXid, ref } from './columns.ts';

/** Executions that are there no more, until every editor has heard of it and nothing of them is left elsewhere. */
export const removedExecutions = pgTable(
  'removed_executions',
  {
    executionId: ref('execution_id').primaryKey(),
    removedAt: at('removed_at').notNull().defaultNow(),
    /** What is still to be deleted outside of the rows; null when there is nothing more. */
    leftovers: jsonb().$type<Leftovers>(),
    changedXid: changedXid(),
  },
  (t) => [
    index().on(t.changedXid),
    index('removed_executions_leftovers')
      .on(t.executionId)
      .where(sql`leftovers is not null`),
  ],
);

/** What a removed Execution leaves outside of its rows. */
export interface Leftovers {
  /** Attempts whose bytes and trees are to be deleted, each after its repository. */
  readonly attempts: readonly (readonly [repositoryId: number, attemptId: number])[];
  /** Commits that its Jobs worked on, each after its repository: pins that may have become needless. */
  readonly commits: readonly (readonly [repositoryId: number, commit: string])[];
}

import type { Absence } from '@flotilla/shared/campaign/plan';
import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { createdAt, id, ref } from './columns.ts';
import type { LeftByFilter } from './executions.ts';
import { repositories } from './repositories.ts';

/** Plans: what a Campaign may publish. A Plan never changes (docs/spec/jobLifecycle.md, I10). */
export const plans = pgTable('plans', {
  id: id(),
  /** SHA-256 in hexadecimal of all that it says: equal content is the same Plan. */
  digest: text().notNull().unique(),
  /** Repositories that were listed and searched, and that a filter of the scope left out, by their reason. */
  leftOut: jsonb('left_out').$type<readonly LeftByFilter[]>().notNull().default([]),
  createdAt: createdAt(),
});

/** What a Plan says of a Target. It names rows that may be removed before it, so it has what it needs of them. */
export const planItems = pgTable(
  'plan_items',
  {
    planId: ref('plan_id')
      .notNull()
      .references(() => plans.id, { onDelete: 'cascade' }),
    repositoryId: ref('repository_id')
      .notNull()
      .references(() => repositories.id),
    baseRef: text('base_ref').notNull(),
    directory: text().notNull().default(''),
    kind: text().$type<'patch' | 'noChanges' | 'absent'>().notNull(),
    /** Why there is nothing to publish where `kind` is `absent`; null otherwise. */
    absence: text().$type<Absence>(),
    /** Whose result it is. The Execution may have been removed since. */
    executionId: ref('execution_id').notNull(),
    jobId: ref('job_id').notNull(),
    /** The Attempt whose tree it is: that is kept as long as an item names it. Null unless `kind` is `patch`. */
    attemptId: ref('attempt_id'),
    actionVersion: integer('action_version').notNull(),
    /** The commit that the Patch is against, kept by a pin. */
    baseRevision: text('base_revision').notNull(),
    /**
     * Its tree and the one that it becomes, kept by the ref of its Attempt or, without what a reviewer left out, by
     * `refs/flotilla/selections/<tree>`; null unless `kind` is `patch`.
     */
    baseTree: text('base_tree'),
    resultTree: text('result_tree'),
    files: integer(),
    addedLines: integer('added_lines'),
    removedLines: integer('removed_lines'),
  },
  (t) => [
    primaryKey({ columns: [t.planId, t.repositoryId, t.baseRef, t.directory] }),
    index().on(t.repositoryId),
    index('plan_items_attempt')
      .on(t.attemptId)
      .where(sql`attempt_id is not null`),
  ],
);

import type { JobState } from '@flotilla/shared/lifecycle/jobLifecycle';
import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, pgTable, smallint, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { at, changedXid, id, ref } from './columns.ts';
import { executions } from './executions.ts';
import { repositories } from './repositories.ts';

/**
 * The sets of labels that Jobs ask of their Runner. There are few; a claim looks into the queue of each set that its
 * Runner has, so that a Job nobody can run stands in no other's way.
 */
export const requirements = pgTable('requirements', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  /** In order, without repetition. */
  labels: text().array().notNull().unique(),
});

export const jobs = pgTable(
  'jobs',
  {
    id: id(),
    executionId: ref('execution_id')
      .notNull()
      .references(() => executions.id),
    repositoryId: ref('repository_id')
      .notNull()
      .references(() => repositories.id),
    /** Full commit id, resolved once; kept alive in the mirror by `refs/flotilla/pins/<commit>`. */
    baseRevision: text('base_revision').notNull(),
    /** The branch a pull request would go to: `refs/heads/…`, seen to exist. */
    baseRef: text('base_ref').notNull(),
    /** Folder inside the repository in which it works, without slashes at its ends; empty for all of it. */
    directory: text().notNull().default(''),
    state: text().$type<JobState>().notNull().default('queued'),
    attemptCount: integer('attempt_count').notNull().default(0),
    /** Lost Attempts since the Job was last queued by a person; the third one ends it. */
    lostCount: integer('lost_count').notNull().default(0),
    /** Errored Attempts since then that were tried again. */
    erroredCount: integer('errored_count').notNull().default(0),
    /** Higher is claimed first. */
    priority: smallint().notNull().default(0),
    /**
     * Place in the queue among Jobs of one priority; the id, unless owners share fairly (docs/spec/jobLifecycle.md, I6). 0 once it was
     * cancelled without having been claimed.
     */
    rank: bigint({ mode: 'number' }).notNull().default(0),
    /** Whose share of the Runners it takes: a user's id, or 0 where all are served in order. */
    fairnessClass: ref('fairness_class').notNull().default(0),
    requirementId: integer('requirement_id')
      .notNull()
      .default(1)
      .references(() => requirements.id),
    /** Whether a queued Job may be claimed now: its Execution is not paused, has room, and no back-off holds it. */
    ready: boolean().notNull().default(true),
    /** A queued Job that errored is not tried again before this. */
    notBefore: at('not_before'),
    /** Since when it waits, or waited before its current Attempt; null where that was before this was kept. */
    queuedAt: at('queued_at').defaultNow(),
    currentAttemptId: ref('current_attempt_id'),
    cancelRequestedAt: at('cancel_requested_at'),
    endedAt: at('ended_at'),
    changedXid: changedXid(),
  },
  (t) => [
    // A Job is unique by its Target. All of an Execution are made at once, and none of them has been claimed then: later
    // changes, which are many, leave this index alone (decision 0190).
    uniqueIndex('jobs_target')
      .on(t.executionId, t.repositoryId, t.baseRef, t.directory)
      .where(sql`attempt_count = 0`),
    index('jobs_claimable')
      .on(t.requirementId, t.priority.desc().nullsFirst(), t.rank, t.id)
      .where(sql`state = 'queued' and ready`),
    index('jobs_held')
      .on(t.executionId, t.rank)
      .where(sql`state = 'queued' and not ready`),
    // How many of an Execution's queued Jobs are ready.
    index('jobs_ready')
      .on(t.executionId)
      .where(sql`state = 'queued' and ready`),
    // Where owners share fairly: how far each has queued, and how far all have been served.
    index('jobs_fair_queued')
      .on(t.requirementId, t.priority, t.fairnessClass, t.rank)
      .where(sql`state = 'queued' and fairness_class <> 0`),
    index('jobs_fair_served')
      .on(t.requirementId, t.priority, t.rank)
      .where(sql`state <> 'queued' and fairness_class <> 0`),
    index('jobs_execution_state').on(t.executionId, t.state),
    index().on(t.changedXid),
  ],
);

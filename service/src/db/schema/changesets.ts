import type { ChangesetDecision, ChangesetReason } from '@flotilla/shared/campaign/changesetReason';
import type { ChangesetState } from '@flotilla/shared/lifecycle/changesetLifecycle';
import type { MergeWish } from '@flotilla/shared/campaign/wishes';
import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { LastApplied } from '../../changesets/lastApplied.ts';
import type { StoredPullRequest } from '../../changesets/withWord.ts';
import { campaigns } from './campaigns.ts';
import { at, changedXid, createdAt, id, ref } from './columns.ts';
import { repositories } from './repositories.ts';

/**
 * What a Campaign publishes for one Target. What is *wanted* and what was *seen* at the host are columns apart; the reconciler
 * brings the one to the other (docs/spec/changesetLifecycle.md).
 */
export const changesets = pgTable(
  'changesets',
  {
    id: id(),
    /** By which its commits and its pull request are known as its own. */
    key: uuid().notNull().unique().defaultRandom(),
    campaignId: ref('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    repositoryId: ref('repository_id')
      .notNull()
      .references(() => repositories.id),
    baseRef: text('base_ref').notNull(),
    directory: text().notNull().default(''),
    /** `refs/heads/…` at the host; chosen once. */
    branch: text().notNull(),
    state: text().$type<ChangesetState>().notNull().default('unpublished'),
    /** Why it is held, failed or waits; null when there is nothing to say. */
    reason: jsonb().$type<ChangesetReason>(),

    /** How it is to be. */
    publication: text().$type<'unpublished' | 'draft' | 'open' | 'closed'>().notNull(),
    /** Grows with each change of what is wanted: whoever worked towards an older one looks again. */
    wantedNumber: integer('wanted_number').notNull().default(1),
    executionId: ref('execution_id').notNull(),
    jobId: ref('job_id').notNull(),
    actionVersion: integer('action_version').notNull(),
    baseRevision: text('base_revision').notNull(),
    baseTree: text('base_tree').notNull(),
    resultTree: text('result_tree').notNull(),
    addedLines: integer('added_lines').notNull().default(0),
    removedLines: integer('removed_lines').notNull().default(0),
    files: integer().notNull().default(0),
    title: text().notNull(),
    body: text().notNull(),
    message: text().notNull(),
    authorName: text('author_name').notNull(),
    authorEmail: text('author_email').notNull(),
    /** The date of its commit, so that the commit's id is a function of what is wanted. */
    commitDate: at('commit_date').notNull(),
    /** Whether it leaves its Campaign as soon as it is closed: its Target is not to be changed any more. */
    leaving: boolean().notNull().default(false),
    /** The tree that a person lets pass the gates, with a reason that the audit log has; null where none does. */
    gatePassed: text('gate_passed'),
    /** What a person decided where it was held; it holds for exactly the commit that it names. */
    decision: jsonb().$type<ChangesetDecision>(),
    /** A commit of somebody else that ours comes on top of, because a person decided so; null where there is none. */
    keeps: text(),
    /** Whether what people closed is to be open again, because a person asked for that. */
    reopen: boolean().notNull().default(false),

    /** How a person wants it merged; null where nobody does. */
    merge: jsonb().$type<MergeWish>(),
    /** Whether its Patch is to be brought to its base as that is now. */
    rebase: boolean().notNull().default(false),

    /** The commit of ours that the branch was last moved to; null before the first push. */
    pushedCommit: text('pushed_commit'),
    /** Who closed it: `us` or a person; null while it is open. */
    closedBy: text('closed_by').$type<'us' | 'person'>(),
    /** The pull request as it was last seen; null where there is none. */
    pullRequest: jsonb('pull_request').$type<StoredPullRequest>(),
    /** What we last set of it, for a comparison with what people have changed since. */
    lastApplied: jsonb('last_applied').$type<LastApplied>(),
    /** The commit of the branch when it was last looked at; null where there was none. */
    seenHead: text('seen_head'),
    lookedAt: at('looked_at'),
    publishedAt: at('published_at'),
    /** When it was merged, closed or deleted, by the host's clock where it says so. */
    endedAt: at('ended_at'),
    /** When it left its Campaign: kept for those who look, and never touched again. */
    detachedAt: at('detached_at'),
    createdAt: createdAt(),
    changedXid: changedXid(),
  },
  (t) => [
    // A merged one stays; a later Plan with a Patch for its Target makes a new one.
    uniqueIndex('changesets_target')
      .on(t.campaignId, t.repositoryId, t.baseRef, t.directory)
      .where(sql`state <> 'merged' and detached_at is null`),
    // Invariant C1: one branch has one Changeset.
    uniqueIndex('changesets_branch')
      .on(t.repositoryId, t.branch)
      .where(sql`detached_at is null`),
    index().on(t.campaignId),
    index().on(t.changedXid),
  ],
);

/** Commits that we have pushed or were about to push: what is at none of these is somebody else's. */
export const changesetCommits = pgTable(
  'changeset_commits',
  {
    changesetId: ref('changeset_id')
      .notNull()
      .references(() => changesets.id),
    commit: text().notNull(),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.changesetId, t.commit] })],
);

/** What happened to a Changeset. Rows are never changed; what is told late joins late. */
export const changesetEvents = pgTable(
  'changeset_events',
  {
    id: id(),
    changesetId: ref('changeset_id')
      .notNull()
      .references(() => changesets.id),
    /** When it happened, by the host's clock where it says so. */
    at: at('at').notNull().defaultNow(),
    seenAt: at('seen_at').notNull().defaultNow(),
    kind: text().notNull(),
    data: jsonb().$type<Readonly<Record<string, unknown>>>().notNull().default({}),
    source: text().$type<'hook' | 'poll' | 'us'>().notNull(),
    /** The same event is told once. */
    key: text().notNull(),
  },
  (t) => [uniqueIndex().on(t.changesetId, t.key)],
);

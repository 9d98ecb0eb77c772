import type { AttemptState } from '@flotilla/shared/lifecycle/attemptLifecycle';
import type { Outcome, ServiceOutcome } from '@flotilla/shared/lifecycle/outcome';
import type { Phase, StepProgress, StreamHash } from '@flotilla/shared/protocol/runnerMessages';
import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { at, bytea, changedXid, id, ref } from './columns.ts';
import { jobs } from './jobs.ts';
import { runners } from './runners.ts';

export const attempts = pgTable(
  'attempts',
  {
    id: id(),
    jobId: ref('job_id')
      .notNull()
      .references(() => jobs.id),
    number: integer().notNull(),
    runnerId: uuid('runner_id')
      .notNull()
      .references(() => runners.id),
    claimKey: uuid('claim_key').notNull(),
    slot: integer().notNull(),
    leaseToken: uuid('lease_token').notNull().defaultRandom(),
    leaseExpiresAt: at('lease_expires_at').notNull(),
    /** Limit of the whole Job; its time begins with the first report of progress. */
    timeoutSeconds: integer('timeout_seconds').notNull().default(3600),
    deadlineAt: at('deadline_at').notNull(),
    state: text().$type<AttemptState>().notNull().default('claimed'),
    outcome: jsonb().$type<Outcome | ServiceOutcome>(),
    steps: jsonb().$type<readonly StepProgress[]>().notNull().default([]),
    /** Lengths of the stored streams in bytes. */
    logEnd: ref('log_end').notNull().default(0),
    patchEnd: ref('patch_end').notNull().default(0),
    /** What the runner says it wrote; sealing compares it with what is stored. */
    logStreams: jsonb('log_streams').$type<readonly StreamHash[]>(),
    logLimitReached: boolean('log_limit_reached').notNull().default(false),
    /** When the whole log was read back and its hashes were equal. */
    logSealedAt: at('log_sealed_at'),
    /** What is wrong with the stored log, if sealing found anything: an alarm, never silence. */
    logDamage: text('log_damage'),
    /** Key of the compacted log in the object store; null while its bytes are in `stream_chunks`. */
    logObject: text('log_object'),
    /** The same for the Patch. */
    patchObject: text('patch_object'),
    /** When the bytes of its log were deleted, because they had been kept for as long as they had to be. */
    expiredAt: at('expired_at'),
    /** The same for the Patch. Its trees stay. */
    patchExpiredAt: at('patch_expired_at'),
    /** Whether bytes of it are still to be deleted: chunks that are in the object store, or whatever has expired. */
    deletionDue: boolean('deletion_due').notNull().default(false),
    /** What its time went to, in the order of their beginning. */
    phases: jsonb().$type<readonly Phase[]>().notNull().default([]),
    baseTree: text('base_tree'),
    /** The tree that the Patch makes of the base, kept by `refs/flotilla/trees/<attempt>`; null without a Patch. */
    resultTree: text('result_tree'),
    patchFiles: integer('patch_files'),
    patchAddedLines: integer('patch_added_lines'),
    patchRemovedLines: integer('patch_removed_lines'),
    /** Since when its Job waited for it. */
    queuedAt: at('queued_at'),
    claimedAt: at('claimed_at').notNull().defaultNow(),
    endedAt: at('ended_at'),
    changedXid: changedXid(),
  },
  (t) => [
    unique().on(t.jobId, t.number),
    uniqueIndex('attempts_claim').on(t.claimKey, t.slot),
    // Invariant I1: at most one live Attempt of a Job.
    uniqueIndex('attempts_one_live')
      .on(t.jobId)
      .where(sql`state in ('claimed', 'running')`),
    index('attempts_uncompacted')
      .on(t.id)
      .where(sql`log_sealed_at is not null and log_object is null and expired_at is null`),
    index('attempts_deletion_due')
      .on(t.id)
      .where(sql`deletion_due`),
    index('attempts_unsealed')
      .on(t.id)
      .where(sql`ended_at is not null and log_sealed_at is null and log_damage is null`),
    index().on(t.changedXid),
  ],
);

export const streamChunks = pgTable(
  'stream_chunks',
  {
    attemptId: ref('attempt_id').notNull(),
    /** 0 log, 1 patch. */
    stream: smallint().notNull(),
    offset: ref('offset').notNull(),
    data: bytea().notNull(),
  },
  (t) => [primaryKey({ columns: [t.attemptId, t.stream, t.offset] })],
);

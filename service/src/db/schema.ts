/**
 * The tables. Times are `timestamptz` read as Date; ids are 64-bit identities read as numbers (below 2^53).
 * Log and patch bytes never sit in job or attempt rows; heartbeat columns have no index, so that a heartbeat is a
 * HOT update. `changed_xid` is the transaction that last changed what editors see of a row: the feed of changes
 * reads by it (see executions/changeFeed.ts).
 */
import type { Definition } from '@flotilla/shared/definition/definition';
import type { AttemptState } from '@flotilla/shared/lifecycle/attemptLifecycle';
import type { JobState } from '@flotilla/shared/lifecycle/jobLifecycle';
import type { Outcome, ServiceOutcome } from '@flotilla/shared/lifecycle/outcome';
import type { Phase, StepProgress, StreamHash } from '@flotilla/shared/protocol/runnerMessages';
import type { Origin } from '@flotilla/shared/views';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });
const id = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();
const ref = (name: string) => bigint(name, { mode: 'number' });
const at = (name: string) => timestamp(name, { withTimezone: true });
const createdAt = () => at('created_at').notNull().defaultNow();
/** Filled and moved by the statements that change a row; see {@link changedNow}. */
const changedXid = () =>
  bigint('changed_xid', { mode: 'number' })
    .notNull()
    .default(sql`(pg_current_xact_id()::text)::bigint`);

/** The lowest program version that may use this database, and other facts about it: one row. */
export const deployment = pgTable('deployment', {
  singleton: boolean().primaryKey().default(true),
  /** Programs with a lower schema number than this refuse to start. */
  minCompatible: integer('min_compatible').notNull(),
});

export const users = pgTable('users', {
  id: id(),
  name: text().notNull().unique(),
  role: text().$type<'reader' | 'member' | 'admin'>().notNull(),
  createdAt: createdAt(),
});

export const accessTokens = pgTable('access_tokens', {
  id: id(),
  scope: text().$type<'user' | 'runner'>().notNull(),
  /** SHA-256 of the token, in hexadecimal; the token itself is shown once and never stored. */
  hash: text().notNull().unique(),
  label: text().notNull(),
  userId: ref('user_id').references(() => users.id),
  createdAt: createdAt(),
  revokedAt: at('revoked_at'),
});

export const pairingCodes = pgTable('pairing_codes', {
  /** SHA-256 of the code, in hexadecimal. */
  hash: text().primaryKey(),
  userId: ref('user_id')
    .notNull()
    .references(() => users.id),
  expiresAt: at('expires_at').notNull(),
  usedAt: at('used_at'),
});

export const codeHosts = pgTable('code_hosts', {
  id: id(),
  kind: text().$type<'directory'>().notNull(),
  /** For a directory: its absolute path. */
  location: text().notNull().unique(),
  createdAt: createdAt(),
});

export const repositories = pgTable(
  'repositories',
  {
    id: id(),
    codeHostId: ref('code_host_id')
      .notNull()
      .references(() => codeHosts.id),
    /** Unique within its host, for a directory the path below it. */
    name: text().notNull(),
    /** Full name of the default branch (`refs/heads/…`), seen to exist; null when there is none. */
    defaultBranch: text('default_branch'),
    headCommit: text('head_commit'),
    /** What the host said about its branches when it was last fetched; equal means that nothing moved. */
    fingerprint: text().notNull().default(''),
    /** Why no Job can run on it (empty, no default branch, unreadable); null when one can. */
    reason: text(),
    /** False once the host no longer has it. Rows stay, because Jobs point to them. */
    present: boolean().notNull().default(true),
    syncedAt: at('synced_at').notNull().defaultNow(),
  },
  (t) => [unique().on(t.codeHostId, t.name)],
);

export const actions = pgTable('actions', {
  id: id(),
  name: text().notNull().unique(),
  latestVersion: integer('latest_version').notNull(),
  createdAt: createdAt(),
});

export const actionVersions = pgTable(
  'action_versions',
  {
    actionId: ref('action_id')
      .notNull()
      .references(() => actions.id),
    version: integer().notNull(),
    /** What the user wrote, to the letter. */
    text: text().notNull(),
    definition: jsonb().$type<Definition>().notNull(),
    origin: jsonb().$type<Origin>(),
    createdBy: ref('created_by')
      .notNull()
      .references(() => users.id),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.actionId, t.version] })],
);

export const executions = pgTable(
  'executions',
  {
    id: id(),
    /** Made by the client: the same key is the same Execution. */
    requestKey: uuid('request_key').notNull().unique(),
    actionId: ref('action_id').notNull(),
    actionVersion: integer('action_version').notNull(),
    /** The Execution's own copy, with the default image filled in. */
    definition: jsonb().$type<Definition>().notNull(),
    createdBy: ref('created_by')
      .notNull()
      .references(() => users.id),
    createdAt: createdAt(),
    cancelRequestedAt: at('cancel_requested_at'),
    /** How many of its Jobs may run at the same time; null means as many as Runners take. */
    maxParallel: integer('max_parallel'),
    /** So many failed Jobs pause it; null means that none do. */
    maxFailures: integer('max_failures'),
    /** Since when no Job of it is started; null when it is not paused. */
    pausedAt: at('paused_at'),
    /** Who paused it: a user's name, or null when {@link maxFailures} did. */
    pausedBy: text('paused_by'),
    /** Failed Jobs that a resume has looked over: only those beyond count towards `maxFailures`. */
    failuresForgiven: integer('failures_forgiven').notNull().default(0),
    /**
     * Until when a replica owns the resolution of its scope; null once its Jobs exist. An Execution whose lease has
     * run out is resumed by another replica.
     */
    resolvingUntil: at('resolving_until'),
    /** What the resolution works from, until it is done: who asked, and for which repositories. */
    resolvingRequest: jsonb('resolving_request').$type<ResolvingRequest>(),
    changedXid: changedXid(),
  },
  (t) => [
    foreignKey({
      columns: [t.actionId, t.actionVersion],
      foreignColumns: [actionVersions.actionId, actionVersions.version],
    }),
    index().on(t.changedXid),
    index('executions_resolving')
      .on(t.resolvingUntil)
      .where(sql`resolving_until is not null`),
    // What the admission looks at besides held Jobs.
    index('executions_paused')
      .on(t.id)
      .where(sql`paused_at is not null`),
    index('executions_limited')
      .on(t.id)
      .where(sql`max_failures is not null and paused_at is null`),
  ],
);

/** What an image's tag meant when the Execution first needed it; every Attempt runs that. */
export const executionImages = pgTable(
  'execution_images',
  {
    executionId: ref('execution_id')
      .notNull()
      .references(() => executions.id),
    image: text().notNull(),
    /** Registry digest (`name@sha256:…`) or, for an image without one, its local id (`sha256:…`). */
    digest: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.executionId, t.image] })],
);

/** Reruns that were asked for with a key of the editor: asked again with it, they are not done again. */
export const reruns = pgTable(
  'reruns',
  {
    requestKey: uuid('request_key').primaryKey(),
    /** Goes with its Execution. */
    executionId: ref('execution_id').notNull(),
    /** How many Jobs were put back into the queue. */
    jobs: integer().notNull(),
    createdAt: createdAt(),
  },
  (t) => [index().on(t.executionId)],
);

/** What the Action of an Execution that is being resolved asked for. */
export interface ResolvingRequest {
  /** Names to limit the scope to; null takes all that match. */
  readonly repositories: readonly string[] | null;
}

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
    state: text().$type<JobState>().notNull().default('queued'),
    attemptCount: integer('attempt_count').notNull().default(0),
    /** Lost Attempts since the Job was last queued by a person; the third one ends it. */
    lostCount: integer('lost_count').notNull().default(0),
    /** Errored Attempts since then that were tried again. */
    erroredCount: integer('errored_count').notNull().default(0),
    /** Higher is claimed first. */
    priority: smallint().notNull().default(0),
    /**
     * Place in the queue among Jobs of one priority; the id, unless owners share fairly (design §7, I6). 0 once it was
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

export const runners = pgTable(
  'runners',
  {
    id: uuid().primaryKey().defaultRandom(),
    /** One runner per name and token: a new hello with both is the same runner come back. */
    tokenId: ref('token_id')
      .notNull()
      .references(() => accessTokens.id),
    name: text().notNull(),
    /** Of the process that said hello last. */
    instance: uuid().notNull(),
    version: text().notNull(),
    labels: text().array().notNull(),
    capacity: integer().notNull(),
    description: text().notNull(),
    draining: boolean().notNull().default(false),
    /** Since when a person wants it to finish what it has and claim nothing more. */
    drainRequestedAt: at('drain_requested_at'),
    /** Why it claims nothing at present, in a sentence (Docker is away, its disk is full); null when it can work. */
    problem: text(),
    /** Set by a person who does not want to see it any more; a new hello takes it back. */
    forgottenAt: at('forgotten_at'),
    lastSeenAt: at('last_seen_at').notNull().defaultNow(),
  },
  (t) => [unique().on(t.tokenId, t.name)],
);

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

export const auditEvents = pgTable('audit_events', {
  id: id(),
  at: at('at').notNull().defaultNow(),
  /** The user's or runner's name; `flotilla` for what the service did by itself. */
  actor: text().notNull(),
  /** A verb of docs/vocabulary.md with its noun, such as `execution.started`. */
  event: text().notNull(),
  details: jsonb().$type<Readonly<Record<string, unknown>>>().notNull(),
});

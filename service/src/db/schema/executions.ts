import type { Definition } from '@flotilla/shared/definition/definition';
import type { LeftOutReason } from '@flotilla/shared/query/leftOutReason';
import { sql } from 'drizzle-orm';
import { foreignKey, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { users } from './access.ts';
import { actionVersions } from './actions.ts';
import { at, changedXid, createdAt, id, ref } from './columns.ts';

/** What started an Execution; triggers join with their own kinds. */
export interface StartedBy {
  readonly kind: 'person';
}

/** Repositories that a filter of a scope left out, though they were listed and searched. */
export interface LeftByFilter {
  readonly reason: LeftOutReason;
  /** By id. */
  readonly repositories: readonly number[];
}

/** All that the scope query matches, or the repositories that were chosen of it. */
export type Coverage = 'scope' | 'subset';

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
    formatVersion: integer('format_version').notNull().default(1),
    /** What started it. */
    startedBy: jsonb('started_by').$type<StartedBy>().notNull().default({ kind: 'person' }),
    /** How much of the scope it covers: a Plan of a `subset` says nothing of other Targets. */
    coverage: text().$type<Coverage>().notNull(),
    /** What a filter of its scope left out: a Plan of it says that these have left. Empty where that is not known. */
    leftOut: jsonb('left_out').$type<readonly LeftByFilter[]>().notNull().default([]),
    /** The person who asked for it; null where nobody did. */
    createdBy: ref('created_by').references(() => users.id),
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
    /** When its Jobs were made; null while its scope is being resolved, which is `work` of kind *resolve*. */
    resolvedAt: at('resolved_at'),
    /** When its last Job ended; null while one is live, and until that is marked (see executions/settlement). */
    endedAt: at('ended_at'),
    /** How often it has ended: a rerun takes the end back, and not the number. */
    endNumber: integer('end_number').notNull().default(0),
    /** What the resolution works from, until it is done. */
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
      .on(t.id)
      .where(sql`resolved_at is null`),
    // What the settlement looks at, and what goes when it has been kept long enough.
    index('executions_unended')
      .on(t.id)
      .where(sql`ended_at is null`),
    index('executions_ended').on(t.endedAt),
    // What the admission looks at besides held Jobs.
    index('executions_paused')
      .on(t.id)
      .where(sql`paused_at is not null`),
    index('executions_limited')
      .on(t.id)
      .where(sql`max_failures is not null and paused_at is null`),
  ],
);

/** Repositories by id, or by names as editors of before sent them: each means all that have it. */
export type ChosenRepositories = readonly number[] | readonly string[];

/** What the Action of an Execution that is being resolved asked for. */
export interface ResolvingRequest {
  /** What the scope is limited to; null takes all that match. */
  readonly repositories: ChosenRepositories | null;
  /** The scope that a person has confirmed, which is kept as long as it is named here; without one it is resolved. */
  readonly scopeId?: string | null;
}

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

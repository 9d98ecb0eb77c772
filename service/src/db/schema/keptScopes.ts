import type { Target } from '@flotilla/shared/target/target';
import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { users } from './access.ts';
import { at, createdAt, ref } from './columns.ts';
import type { LeftByFilter } from './executions.ts';

/** Scopes that somebody is looking at, so that what is confirmed is what runs. For some minutes only. */
export const keptScopes = pgTable(
  'kept_scopes',
  {
    id: uuid().primaryKey().defaultRandom(),
    /** Who looks at it, and alone may run it. */
    userId: ref('user_id')
      .notNull()
      .references(() => users.id),
    /** To the letter. */
    query: text().notNull(),
    targets: jsonb().$type<readonly Target[]>().notNull(),
    /** What its filters left out. */
    leftOut: jsonb('left_out').$type<readonly LeftByFilter[]>().notNull().default([]),
    /** What the repositories were like before they were searched; see scopes/queries/repositoriesState.ts. */
    repositoriesState: text('repositories_state').notNull(),
    createdAt: createdAt(),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [index().on(t.userId, t.createdAt)],
);

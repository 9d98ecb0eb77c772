import { boolean, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { accessTokens } from './access.ts';
import { at, ref } from './columns.ts';

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

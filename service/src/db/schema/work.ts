import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgSequence, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { at, id, ref } from './columns.ts';

/** Fencing tokens of {@link work}: whoever takes a row has a higher one than all who had it before. */
export const workTokens = pgSequence('work_tokens');

/** What the service owes, until it is done: whoever of the replicas has room takes what is due (see service/src/work). */
export const work = pgTable(
  'work',
  {
    id: id(),
    /** Names the handler. */
    kind: text().notNull(),
    /** What it is about, such as an id: asked for twice it is one row. */
    key: text().notNull(),
    /** What the handler wants to know besides; parsed by its kind. */
    payload: jsonb().$type<unknown>().notNull(),
    askedAt: at('asked_at').notNull().defaultNow(),
    /** When it is to be done; `infinity` while a replica has it and nobody has asked for it since. */
    dueAt: at('due_at').notNull().defaultNow(),
    /** Until when a replica has it; null when none does. */
    leaseUntil: at('lease_until'),
    /** Fencing token of whoever took it last. */
    token: ref('token').notNull().default(0),
    /** Who that is, for people. */
    holder: text(),
    /** How often it has been taken since it last got on: decides the back-off. */
    tries: integer().notNull().default(0),
    /** Why it was not done when it was last taken: a sentence for people. */
    reason: text(),
    /** What was thrown then, where that is no sentence for people; null otherwise. */
    error: text(),
  },
  (t) => [unique().on(t.kind, t.key), index('work_due').on(t.kind, sql`coalesce(lease_until, due_at)`, t.id)],
);

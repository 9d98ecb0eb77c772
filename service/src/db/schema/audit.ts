import { jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { at, id } from './columns.ts';

export const auditEvents = pgTable('audit_events', {
  id: id(),
  at: at('at').notNull().defaultNow(),
  /** The user's or runner's name; `flotilla` for what the service did by itself. */
  actor: text().notNull(),
  /** A verb of docs/vocabulary.md with its noun, such as `execution.started`. */
  event: text().notNull(),
  details: jsonb().$type<Readonly<Record<string, unknown>>>().notNull(),
});

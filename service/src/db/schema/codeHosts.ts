import { pgTable, text } from 'drizzle-orm/pg-core';
import { createdAt, id } from './columns.ts';

export const codeHosts = pgTable('code_hosts', {
  id: id(),
  kind: text().$type<'directory'>().notNull(),
  /** For a directory: its absolute path. */
  location: text().notNull().unique(),
  createdAt: createdAt(),
});

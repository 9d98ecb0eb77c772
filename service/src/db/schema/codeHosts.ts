import { boolean, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { at, createdAt, id } from './columns.ts';

export const codeHosts = pgTable('code_hosts', {
  id: id(),
  /** One of `codeHosts/kinds.ts`, or of a newer program's. */
  kind: text().notNull(),
  /** What people call it, and what stands before a repository's name where two hosts have one of it. */
  name: text().notNull().unique(),
  /** For a directory: its absolute path. */
  location: text().notNull().unique(),
  /** What its kind wants to know besides; parsed by `codeHosts/<kind>`. */
  settings: jsonb().$type<Readonly<Record<string, unknown>>>().notNull().default({}),
  /** False once nothing names it any more. Rows stay, because repositories point to them. */
  present: boolean().notNull().default(true),
  /** Why it could not be listed when that was last tried; null when it could. */
  problem: text(),
  /** When it was last listed to the end. */
  listedAt: at('listed_at'),
  createdAt: createdAt(),
});

import { sql } from 'drizzle-orm';
import { boolean, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { codeHosts } from './codeHosts.ts';
import { at, id, ref } from './columns.ts';

export const repositories = pgTable(
  'repositories',
  {
    id: id(),
    codeHostId: ref('code_host_id')
      .notNull()
      .references(() => codeHosts.id),
    /** The host's own id, which outlives a new name; null where the name is the identity. */
    externalId: text('external_id'),
    /** What its host calls it, for a directory the path below it. */
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
    /** Where people find it in a browser; null where there is no such page. */
    url: text(),
    archived: boolean().notNull().default(false),
    fork: boolean().notNull().default(false),
    /** Null where the host knows of no such thing. */
    visibility: text().$type<'public' | 'internal' | 'private'>(),
    description: text(),
    topics: text()
      .array()
      .notNull()
      .default(sql`'{}'`),
    /** The main language, by the host's own word. */
    language: text(),
    /** When somebody last pushed to it, by the host's clock. */
    pushedAt: at('pushed_at'),
    /** When its host was asked for what is said here: who asked earlier writes no more. */
    syncedAt: at('synced_at').notNull().defaultNow(),
  },
  (t) => [
    // Names may be swapped on a host with ids, and be given again after their repository is gone.
    uniqueIndex('repositories_name')
      .on(t.codeHostId, t.name)
      .where(sql`external_id is null`),
    uniqueIndex('repositories_external_id')
      .on(t.codeHostId, t.externalId)
      .where(sql`external_id is not null`),
  ],
);

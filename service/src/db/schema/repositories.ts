import { sql } from 'drizzle-orm';
import { boolean, pgTable, text, unique, uniqueIndex } from 'drizzle-orm/pg-core';
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
    syncedAt: at('synced_at').notNull().defaultNow(),
  },
  (t) => [
    unique().on(t.codeHostId, t.name),
    uniqueIndex('repositories_external_id')
      .on(t.codeHostId, t.externalId)
      .where(sql`external_id is not null`),
  ],
);

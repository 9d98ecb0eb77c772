import { boolean, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { codeHosts } from './codeHosts.ts';
import { at, id, ref } from './columns.ts';

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

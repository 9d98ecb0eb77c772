import { messageOf } from '@flotilla/shared/errors';
import { and, eq, notInArray, sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { CodeHost, HostedRepository } from '../codeHosts/codeHost.ts';
import type { Database } from '../db/database.ts';
import { codeHosts, repositories } from '../db/schema.ts';
import type { Mirrors } from './mirrors.ts';

export interface SyncSummary {
  /** How many repositories the host has. */
  readonly repositories: number;
  /** How many of them had moved. */
  readonly changed: number;
}

export interface SyncContext {
  readonly database: Database;
  readonly mirrors: Mirrors;
  readonly host: CodeHost;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Scans a code host, fetches what moved into the mirrors and brings the table of repositories to what is there. A
 * repository that cannot be fetched keeps its row, with the reason, and stops no other.
 */
export async function syncRepositories({
  database,
  mirrors,
  host,
  logger,
  signal,
}: SyncContext): Promise<SyncSummary> {
  const hosted = await host.list(signal);
  const hostId = await ensureHost(database, host);
  const known = await upsertNames(database, hostId, hosted);
  const synced = await Promise.all(
    hosted.map(async (repository): Promise<{ repository: HostedRepository; changed: boolean }> => {
      const row = known.get(repository.name);
      if (row === undefined) throw new Error(`the repository ${repository.name} has no row`);
      if (row.fingerprint === repository.fingerprint && (await isWhole(mirrors, row.id, repository))) {
        return { repository, changed: false };
      }
      if (repository.reason !== null) return { repository, changed: true };
      try {
        await mirrors.fetch(row.id, repository.location, repository.headCommit, signal);
        return { repository, changed: true };
      } catch (error) {
        signal?.throwIfAborted();
        logger.warn({ err: error, repository: repository.name }, 'a repository could not be fetched');
        const reason = `it could not be fetched: ${messageOf(error)}`;
        return {
          repository: { ...repository, defaultBranch: null, headCommit: null, fingerprint: '', reason },
          changed: true,
        };
      }
    }),
  );
  const changed = synced.filter((entry) => entry.changed).map((entry) => entry.repository);
  await storeFacts(database, hostId, changed);
  return { repositories: hosted.length, changed: changed.length };
}

/** Whether a mirror is there and keeps the head: also that of a folder which was restored, or is older than pins. */
async function isWhole(mirrors: Mirrors, id: number, { headCommit }: HostedRepository): Promise<boolean> {
  return headCommit === null ? mirrors.has(id) : mirrors.keeps(id, headCommit);
}

async function ensureHost(database: Database, host: CodeHost): Promise<number> {
  await database.insert(codeHosts).values({ kind: host.kind, location: host.location }).onConflictDoNothing();
  const [row] = await database.select().from(codeHosts).where(eq(codeHosts.location, host.location));
  if (row === undefined) throw new Error('the code host vanished while it was made');
  return row.id;
}

/** Makes rows for new names, so that their mirrors have ids, and marks those that are gone. */
async function upsertNames(
  database: Database,
  hostId: number,
  hosted: readonly HostedRepository[],
): Promise<Map<string, { id: number; fingerprint: string }>> {
  const names = hosted.map((repository) => repository.name);
  if (names.length > 0) {
    await database
      .insert(repositories)
      .values(names.map((name) => ({ codeHostId: hostId, name, reason: 'it has not been fetched yet' })))
      .onConflictDoUpdate({ target: [repositories.codeHostId, repositories.name], set: { present: true } });
  }
  const gone = and(
    eq(repositories.codeHostId, hostId),
    eq(repositories.present, true),
    names.length > 0 ? notInArray(repositories.name, names) : undefined,
  );
  await database.update(repositories).set({ present: false }).where(gone);
  const rows = await database.select().from(repositories).where(eq(repositories.codeHostId, hostId));
  return new Map(rows.map((row) => [row.name, { id: row.id, fingerprint: row.fingerprint }]));
}

async function storeFacts(
  database: Database,
  hostId: number,
  changed: readonly HostedRepository[],
): Promise<void> {
  if (changed.length === 0) return;
  await database
    .insert(repositories)
    .values(
      changed.map(({ name, defaultBranch, headCommit, fingerprint, reason }) => ({
        codeHostId: hostId,
        name,
        defaultBranch,
        headCommit,
        fingerprint,
        reason,
      })),
    )
    .onConflictDoUpdate({
      target: [repositories.codeHostId, repositories.name],
      set: {
        defaultBranch: sql`excluded.default_branch`,
        headCommit: sql`excluded.head_commit`,
        fingerprint: sql`excluded.fingerprint`,
        reason: sql`excluded.reason`,
        syncedAt: sql`now()`,
      },
    });
}

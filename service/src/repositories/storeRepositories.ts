import { basename } from 'node:path';
import { toStorable } from '@flotilla/shared/storableText';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { CodeHost, HostedRepository } from '../codeHosts/codeHost.ts';
import type { Database } from '../db/database.ts';
import { codeHosts } from '../db/schema/codeHosts.ts';
import { repositories } from '../db/schema/repositories.ts';

/** Rows of one statement: Postgres takes 65,535 parameters. */
const rowsAtOnce = 1000;

/** What the table says of a repository. */
export interface KnownRepository {
  readonly id: number;
  readonly fingerprint: string;
}

/** The row of a code host. */
export async function ensureHost(database: Database, host: CodeHost): Promise<number> {
  // By the name of its folder; where another host has that, by the whole path, which is one host's alone.
  for (const name of [basename(host.location), host.location]) {
    await database
      .insert(codeHosts)
      .values({ kind: host.kind, name, location: host.location })
      .onConflictDoNothing();
  }
  const [row] = await database.select().from(codeHosts).where(eq(codeHosts.location, host.location));
  if (row === undefined) throw new Error('the code host vanished while it was made');
  return row.id;
}

/** Makes rows for new names, so that their mirrors have ids, and marks those that are gone. Answers what is known, by name. */
export async function storeNames(
  database: Database,
  hostId: number,
  hosted: readonly HostedRepository[],
): Promise<Map<string, KnownRepository>> {
  for (const names of inParts(hosted.map((repository) => repository.name))) {
    await database
      .insert(repositories)
      .values(names.map((name) => ({ codeHostId: hostId, name, reason: 'it has not been fetched yet' })))
      .onConflictDoUpdate({ target: [repositories.codeHostId, repositories.name], set: { present: true } });
  }
  const { id, name, fingerprint, present } = repositories;
  const rows = await database
    .select({ id, name, fingerprint, present })
    .from(repositories)
    .where(eq(repositories.codeHostId, hostId));
  const here = new Set(hosted.map((repository) => repository.name));
  const gone = rows.filter((row) => row.present && !here.has(row.name)).map((row) => row.id);
  for (const ids of inParts(gone))
    await database.update(repositories).set({ present: false }).where(inArray(repositories.id, ids));
  return new Map(rows.map((row) => [row.name, { id: row.id, fingerprint: row.fingerprint }]));
}

/** Stores what is known of a repository now. Its texts were written by others. */
export async function storeFacts(
  database: Database,
  hostId: number,
  { name, defaultBranch, headCommit, fingerprint, reason }: HostedRepository,
): Promise<void> {
  await database
    .update(repositories)
    .set({
      defaultBranch: defaultBranch === null ? null : toStorable(defaultBranch),
      headCommit,
      fingerprint,
      reason: reason === null ? null : toStorable(reason),
      syncedAt: sql`now()`,
    })
    .where(and(eq(repositories.codeHostId, hostId), eq(repositories.name, name)));
}

function inParts<T>(all: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < all.length; start += rowsAtOnce)
    parts.push(all.slice(start, start + rowsAtOnce));
  return parts;
}

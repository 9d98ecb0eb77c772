import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { CodeHost, HostedRepository } from '../codeHosts/codeHost.ts';
import type { Database, Sql } from '../db/database.ts';
import { GitLimitError } from '../git/git.ts';
import { ensureHost } from './ensureHost.ts';
import type { Mirrors } from './mirrors.ts';
import { oneReason } from './oneReason.ts';
import { storeFacts } from './queries/storeFacts.ts';
import { storeListing, type KnownRepository } from './queries/storeListing.ts';
import { standardTimes, type FetchTimes, type SlowFetches } from './slowFetches.ts';

export interface SyncSummary {
  /** How many repositories the host has. */
  readonly repositories: number;
  /** How many of them had moved. */
  readonly changed: number;
}

export interface SyncContext {
  readonly database: Database;
  readonly sql: Sql;
  readonly mirrors: Mirrors;
  readonly host: CodeHost;
  readonly slowFetches: SlowFetches;
  /** How long fetches may take; {@link standardTimes} unless a test says otherwise. */
  readonly times?: FetchTimes;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
}

/** A repository that has moved, with the id of its row. */
interface Moved {
  readonly id: number;
  readonly repository: HostedRepository;
}

/** Repositories that are worked on together: enough to keep all slots of git busy. */
const repositoriesAtOnce = 32;

/**
 * Scans a code host, fetches what moved into the mirrors and brings the table of repositories to what is there, each as soon as
 * it is known. A repository that cannot be fetched keeps its row, with the reason, and stops no other; one that takes long
 * comes after all others.
 */
export async function syncRepositories(context: SyncContext): Promise<SyncSummary> {
  const { database, sql, mirrors, host, slowFetches, signal, times = standardTimes } = context;
  const hostId = await ensureHost(database, host);
  const askedAt = await timeOf(sql);
  const hosted = await host.list(signal);
  const known = await storeListing(sql, { hostId, repositories: hosted, askedAt, isWhole: true });
  const slow: Moved[] = [];
  let changed = 0;
  const bringIn = async (repository: HostedRepository, row: KnownRepository | undefined): Promise<void> => {
    // Another replica has just made its row, and fetches it.
    if (row === undefined) return;
    if (row.fingerprint === repository.fingerprint && (await isWhole(mirrors, row.id, repository))) return;
    // It says already why it could not be fetched.
    if (!slowFetches.mayTry(row.id, repository.fingerprint)) return;
    changed += 1;
    const moved = { id: row.id, repository };
    const fetched = repository.reason === null ? await fetch(context, moved, times.quickMs) : 'done';
    if (fetched === 'done') return storeFacts(sql, row.id, repository, askedAt);
    await storeFacts(sql, row.id, without(repository, fetched), askedAt);
    if (fetched instanceof GitLimitError && fetched.limit === 'time') slow.push(moved);
  };
  const atOnce = pLimit(repositoriesAtOnce);
  await Promise.all(hosted.map((repository, position) => atOnce(() => bringIn(repository, known[position]))));
  await fetchSlow(context, askedAt, slow);
  return { repositories: hosted.length, changed };
}

/** The database's clock, to the microsecond. */
async function timeOf(sql: Sql): Promise<string> {
  const [row] = await sql<{ now: string }[]>`select now()::text as now`;
  if (row === undefined) throw new Error('the database has no time');
  return row.now;
}

/** Fetches at length what was not fetched quickly, as long as a scan may take for that. */
async function fetchSlow(context: SyncContext, askedAt: string, slow: readonly Moved[]): Promise<void> {
  const { sql, slowFetches, times = standardTimes } = context;
  let leftMs = times.slowMs;
  for (const moved of slow) {
    const { id, repository } = moved;
    if (leftMs < times.quickMs) return;
    const begun = performance.now();
    const fetched = await fetch(context, moved, leftMs);
    const tookMs = performance.now() - begun;
    leftMs -= tookMs;
    if (fetched === 'done') slowFetches.succeeded(id);
    else slowFetches.failed(id, repository.fingerprint, tookMs);
    await storeFacts(sql, id, fetched === 'done' ? repository : without(repository, fetched), askedAt);
  }
}

/** Fetches a repository; answers why it could not be. */
async function fetch(
  { host, mirrors, logger, signal }: SyncContext,
  { id, repository }: Moved,
  timeLimitMs: number,
): Promise<'done' | Error> {
  try {
    await using access = await host.access(repository, 'fetch');
    await mirrors.fetch(id, access.url, repository.headCommit, { signal, timeLimitMs });
    return 'done';
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof Error)) throw error;
    logger.warn({ err: error, repository: repository.name }, 'a repository could not be fetched');
    return error;
  }
}

/** What is stored of a repository whose fetch failed: no Job can run on it, and the next scan tries again. */
function without(repository: HostedRepository, failure: Error): HostedRepository {
  const reason = `it could not be fetched: ${oneReason(failure)}`;
  return { ...repository, defaultBranch: null, headCommit: null, fingerprint: '', reason };
}

/** Whether a mirror is there and keeps the head: also that of a folder which was restored, or is older than pins. */
async function isWhole(mirrors: Mirrors, id: number, { headCommit }: HostedRepository): Promise<boolean> {
  return headCommit === null ? mirrors.has(id) : mirrors.keeps(id, headCommit);
}

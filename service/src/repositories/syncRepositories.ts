import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { CodeHost, HostedRepository } from '../codeHosts/codeHost.ts';
import type { Database } from '../db/database.ts';
import { GitLimitError } from '../git/git.ts';
import type { Mirrors } from './mirrors.ts';
import { oneReason } from './oneReason.ts';
import { standardTimes, type FetchTimes, type SlowFetches } from './slowFetches.ts';
import { ensureHost, storeFacts, storeNames } from './storeRepositories.ts';

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
  const { database, mirrors, host, slowFetches, signal, times = standardTimes } = context;
  const hosted = await host.list(signal);
  const hostId = await ensureHost(database, host);
  const known = await storeNames(database, hostId, hosted);
  const slow: Moved[] = [];
  let changed = 0;
  const bringIn = async (repository: HostedRepository): Promise<void> => {
    const row = known.get(repository.name);
    if (row === undefined) throw new Error(`the repository ${repository.name} has no row`);
    if (row.fingerprint === repository.fingerprint && (await isWhole(mirrors, row.id, repository))) return;
    // It says already why it could not be fetched.
    if (!slowFetches.mayTry(row.id, repository.fingerprint)) return;
    changed += 1;
    const moved = { id: row.id, repository };
    const fetched = repository.reason === null ? await fetch(context, moved, times.quickMs) : 'done';
    if (fetched === 'done') return storeFacts(database, hostId, repository);
    await storeFacts(database, hostId, without(repository, fetched));
    if (fetched instanceof GitLimitError && fetched.limit === 'time') slow.push(moved);
  };
  const atOnce = pLimit(repositoriesAtOnce);
  await Promise.all(hosted.map((repository) => atOnce(() => bringIn(repository))));
  await fetchSlow(context, hostId, slow);
  return { repositories: hosted.length, changed };
}

/** Fetches at length what was not fetched quickly, as long as a scan may take for that. */
async function fetchSlow(context: SyncContext, hostId: number, slow: readonly Moved[]): Promise<void> {
  const { database, slowFetches, times = standardTimes } = context;
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
    await storeFacts(database, hostId, fetched === 'done' ? repository : without(repository, fetched));
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

import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { CodeHost, HostedRepository, HostListing } from '../codeHosts/codeHost.ts';
import type { Sql } from '../db/database.ts';
import { LockSession } from '../db/sessionLock.ts';
import { GitLimitError } from '../git/git.ts';
import { unlessAborted } from '../unlessAborted.ts';
import { bringIn, type Moved } from './bringIn.ts';
import { hasMoved } from './hasMoved.ts';
import type { Mirrors } from './mirrors.ts';
import { oneReason } from './oneReason.ts';
import { storeListing, type KnownRepository } from './queries/storeListing.ts';
import { storeProblem } from './queries/storeProblem.ts';
import { timeNow } from './queries/timeNow.ts';
import type { ScanProgress } from './scanProgress.ts';
import { standardTimes, type FetchTimes, type SlowFetches } from './slowFetches.ts';

/** What came of a scan. */
export type ScanOutcome =
  | {
      readonly kind: 'scanned';
      /** How many repositories the host has. */
      readonly repositories: number;
      /** How many of them had moved. */
      readonly changed: number;
    }
  /** The host could not be listed, for a reason; what is known of its repositories stays. */
  | { readonly kind: 'away'; readonly problem: string };

export interface ScanContext {
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly mirrors: Mirrors;
  readonly hostId: number;
  readonly host: CodeHost;
  readonly locks: LockSession;
  readonly slowFetches: SlowFetches;
  readonly progress: ScanProgress;
  /** How long fetches may take; {@link standardTimes} unless a test says otherwise. */
  readonly times?: FetchTimes;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Repositories that are worked on together: enough to keep all slots of git busy. */
const repositoriesAtOnce = 32;

/** How long a host may take to list what it has. */
const listMs = 30 * 60_000;

/**
 * Scans a code host, fetches what moved into the mirrors and brings the table of repositories to what is there, each as soon as
 * it is known. A repository that cannot be fetched keeps its row, with the reason, and stops no other; one that takes long
 * comes after all others. Only for the holder of the host's lock of scans.
 */
export async function scanHost(context: ScanContext): Promise<ScanOutcome> {
  const { sql, hostId, progress } = context;
  const askedAt = await timeNow(sql);
  const listing = await list(context);
  if (listing instanceof Error) {
    const problem = oneReason(listing);
    await storeProblem(sql, hostId, problem);
    return { kind: 'away', problem };
  }
  const { repositories } = listing;
  const known = await storeListing(sql, { hostId, ...listing, askedAt, isWhole: true });
  progress.hasListed(repositories.length);
  const changed = await bringAllIn(context, repositories, known, askedAt);
  return { kind: 'scanned', repositories: repositories.length, changed };
}

/** All repositories of the host; an Error says why it cannot be listed. */
async function list({ host, hostId, logger, signal }: ScanContext): Promise<HostListing | Error> {
  try {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(listMs)]);
    return requireSound(host, await unlessAborted(host.list(bounded), bounded));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Error)) throw error;
    logger.warn({ err: error, hostId }, 'a code host could not be listed');
    return error;
  }
}

/** What is listed twice, or has an id where there are none, is a mistake of the host's: rows could not tell them apart. */
function requireSound({ can }: CodeHost, listing: HostListing): HostListing {
  const seen = new Set<string>();
  for (const { externalId, name } of listing.repositories) {
    const identity = externalId ?? name;
    if ((externalId !== null) !== can.stableIds || seen.has(identity))
      throw new Error(`it lists the repository ${name} twice, or by no id of its own`);
    seen.add(identity);
  }
  return listing;
}

/** Brings in what moved. Answers how many that were. */
async function bringAllIn(
  context: ScanContext,
  repositories: readonly HostedRepository[],
  known: readonly (KnownRepository | undefined)[],
  askedAt: string,
): Promise<number> {
  const { slowFetches, progress, signal, times = standardTimes } = context;
  const slow: Moved[] = [];
  const busy: Moved[] = [];
  let changed = 0;
  const look = async (repository: HostedRepository, row: KnownRepository | undefined): Promise<void> => {
    // Without a row, another replica has just made one, and fetches it.
    if (row === undefined || !(await hasMoved(context.mirrors, row, repository)))
      return progress.isDone('same');
    // It says already why it could not be fetched.
    if (!slowFetches.mayTry(row.id, repository.fingerprint)) return progress.isDone('same');
    changed += 1;
    const moved = { id: row.id, repository, askedAt };
    const limits = { wait: false, timeLimitMs: times.quickMs, signal };
    const brought = await bringIn(context, moved, limits);
    if (brought === 'busy') busy.push(moved);
    else if (brought instanceof GitLimitError && brought.limit === 'time') slow.push(moved);
    else progress.isDone(brought === 'done' ? 'fetched' : 'failed');
  };
  const atOnce = pLimit(repositoriesAtOnce);
  await Promise.all(
    repositories.map((repository, position) => atOnce(() => look(repository, known[position]))),
  );
  for (const moved of busy) await waitAndBringIn(context, moved);
  await bringSlowIn(context, slow);
  return changed;
}

/** Brings in what others were busy with: what they have fetched may be older than this scan. */
async function waitAndBringIn(context: ScanContext, moved: Moved): Promise<void> {
  const { databaseUrl, times = standardTimes, progress, logger } = context;
  // A session of its own: what the scan holds is not lost with the wait.
  await using locks = new LockSession(databaseUrl);
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(times.slowMs)]);
  try {
    const limits = { wait: true, timeLimitMs: times.quickMs, signal };
    const brought = await bringIn({ ...context, locks }, moved, limits);
    progress.isDone(brought === 'done' ? 'fetched' : 'failed');
  } catch (error) {
    context.signal.throwIfAborted();
    if (!signal.aborted) throw error;
    logger.warn(
      { repositoryId: moved.id },
      'somebody else was busy with a mirror for too long; the next scan fetches it',
    );
    progress.isDone('failed');
  }
}

/** Fetches at length what was not fetched quickly, as long as a scan may take for that. */
async function bringSlowIn(context: ScanContext, slow: readonly Moved[]): Promise<void> {
  const { slowFetches, progress, signal, times = standardTimes } = context;
  let leftMs = times.slowMs;
  for (const moved of slow) {
    if (leftMs < times.quickMs) return;
    const begun = performance.now();
    const brought = await bringIn(context, moved, { wait: false, timeLimitMs: leftMs, signal });
    const tookMs = performance.now() - begun;
    leftMs -= tookMs;
    if (brought === 'done') slowFetches.succeeded(moved.id);
    else if (brought !== 'busy') slowFetches.failed(moved.id, moved.repository.fingerprint, tookMs);
    progress.isDone(brought === 'done' ? 'fetched' : 'failed');
  }
}

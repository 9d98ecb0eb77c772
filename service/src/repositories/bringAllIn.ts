import type { HostedRepository } from '../codeHosts/codeHost.ts';
import { LockSession } from '../db/sessionLock.ts';
import { bringIn, failureReason, type BringInContext, type Moved } from './bringIn.ts';
import { forEachAtOnce } from './forEachAtOnce.ts';
import { hasMoved } from './hasMoved.ts';
import { storeFailure } from './queries/storeFailure.ts';
import type { KnownRepository } from './queries/storeListing.ts';
import type { ScanProgress } from './scanProgress.ts';
import { standardTimes, type FetchTimes, type SlowFetches } from './slowFetches.ts';

export interface BringAllInContext extends BringInContext {
  readonly databaseUrl: string;
  readonly slowFetches: SlowFetches;
  readonly progress: ScanProgress;
  /** How long fetches may take; {@link standardTimes} unless a test says otherwise. */
  readonly times?: FetchTimes;
  readonly signal: AbortSignal;
}

/** Repositories that are worked on together: enough to keep all slots of git busy. */
const repositoriesAtOnce = 32;

const noTimeLeft = new Error('it takes long, and others took all the time that one scan has for such');

/** Brings in what moved. Answers how many that were. Nothing of it goes on when it throws. */
export async function bringAllIn(
  context: BringAllInContext,
  repositories: readonly HostedRepository[],
  known: readonly (KnownRepository | undefined)[],
  askedAt: string,
): Promise<number> {
  const { slowFetches, progress, times = standardTimes } = context;
  const slow: Moved[] = [];
  const busy: Moved[] = [];
  let changed = 0;
  const look = async (
    repository: HostedRepository,
    row: KnownRepository | undefined,
    signal: AbortSignal,
  ): Promise<void> => {
    // Without a row, another replica has just made one, and fetches it.
    if (row === undefined || !(await hasMoved(context.mirrors, row, repository)))
      return progress.isDone('same');
    // It says already why it could not be fetched.
    if (!slowFetches.mayTry(row.id, repository.fingerprint)) return progress.isDone('same');
    changed += 1;
    const moved = { id: row.id, repository, askedAt };
    const limits = { wait: false, timeLimitMs: times.quickMs, isFirstTry: true, signal };
    const brought = await bringIn(context, moved, limits);
    if (brought === 'busy') busy.push(moved);
    else if (brought === 'slow') slow.push(moved);
    else progress.isDone(brought === 'done' ? 'fetched' : 'failed');
  };
  await forEachAtOnce(repositories, repositoriesAtOnce, context.signal, (repository, position, signal) =>
    look(repository, known[position], signal),
  );
  for (const moved of busy) if ((await waitAndBringIn(context, moved)) === 'slow') slow.push(moved);
  await bringSlowIn(context, slow);
  return changed;
}

/** Brings in what others were busy with: what they have fetched may be older than this scan. */
async function waitAndBringIn(context: BringAllInContext, moved: Moved): Promise<'done' | 'slow'> {
  const { databaseUrl, times = standardTimes, progress, logger } = context;
  // A session of its own: what the scan holds is not lost with the wait.
  await using locks = new LockSession(databaseUrl);
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(times.slowMs)]);
  try {
    const limits = { wait: true, timeLimitMs: times.quickMs, isFirstTry: true, signal };
    const brought = await bringIn({ ...context, locks }, moved, limits);
    if (brought === 'slow') return 'slow';
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
  return 'done';
}

/** Fetches at length what was not fetched quickly, as long as a scan may take for that. */
async function bringSlowIn(context: BringAllInContext, slow: readonly Moved[]): Promise<void> {
  const { sql, slowFetches, progress, signal, times = standardTimes } = context;
  let leftMs = times.slowMs;
  for (const moved of slow) {
    if (leftMs < times.quickMs) {
      await storeFailure(sql, moved.id, failureReason(noTimeLeft), moved.askedAt);
      progress.isDone('failed');
      continue;
    }
    const begun = performance.now();
    const limits = { wait: false, timeLimitMs: leftMs, isFirstTry: false, signal };
    const brought = await bringIn(context, moved, limits);
    const tookMs = performance.now() - begun;
    leftMs -= tookMs;
    if (brought === 'done') slowFetches.succeeded(moved.id);
    else if (brought !== 'busy') slowFetches.failed(moved.id, moved.repository.fingerprint, tookMs);
    progress.isDone(brought === 'done' ? 'fetched' : 'failed');
  }
}

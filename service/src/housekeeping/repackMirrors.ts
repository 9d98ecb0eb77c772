import { LockSession, sessionLocks } from '../db/sessionLock.ts';
import { GitError } from '../git/git.ts';
import { repack } from '../repositories/mirrorUpkeep.ts';
import type { HousekeepingContext } from './housekeepingContext.ts';
import { postponeRepack, storeRepacked } from './queries/storeUpkeep.ts';

/** No mirror is begun after so long in a round, so that others have their turn. */
const roundMs = 2 * 60_000;
/** Mirrors that are due, and looked at in one round. */
const mostInRound = 100;
/** What the clocks of the database and of the disk may differ by, generously. */
const clockMs = 3_600_000;

type UpkeepContext = Pick<HousekeepingContext, 'sql' | 'databaseUrl' | 'mirrors' | 'logger'>;

/**
 * Packs mirrors anew that are due, one after the other. What needless objects take is free after the second time, a day later
 * (see {@link repack}). A mirror that somebody else is at waits for the next round; one that cannot be packed stays as it is.
 */
export async function repackMirrors(context: UpkeepContext, signal: AbortSignal): Promise<void> {
  const due = await context.sql<{ id: string; repacked_at: Date | null }[]>`
    select repository_id as id, repacked_at from mirrors where repack_due_at <= now()
     order by repack_due_at limit ${mostInRound}`;
  const begun = performance.now();
  for (const { id, repacked_at: repackedAt } of due) {
    if (signal.aborted || performance.now() - begun > roundMs) return;
    await repackMirror(context, Number(id), repackedAt, signal);
  }
}

async function repackMirror(
  { sql, databaseUrl, mirrors, logger }: UpkeepContext,
  repositoryId: number,
  repackedAt: Date | null,
  leaving: AbortSignal,
): Promise<void> {
  await using locks = new LockSession(databaseUrl);
  const options = { wait: false, signal: leaving };
  await using lock = await locks.take(sessionLocks.mirror(repositoryId), options);
  if (lock === undefined) return;
  const [begun] = await sql<{ at: string }[]>`select now()::text as at`;
  if (begun === undefined) throw new Error('the database has no time');
  const needlessBefore = repackedAt === null ? undefined : new Date(repackedAt.getTime() - clockMs);
  const signal = AbortSignal.any([leaving, locks.lost]);
  try {
    if (!(await mirrors.has(repositoryId))) return await storeRepacked(sql, repositoryId, begun.at, false);
    const { before, after, hasNeedless } = await repack(mirrors.pathOf(repositoryId), needlessBefore, signal);
    await storeRepacked(sql, repositoryId, begun.at, hasNeedless);
    logger.info({ repositoryId, before, after }, 'a mirror was packed anew');
  } catch (error) {
    leaving.throwIfAborted();
    if (!(error instanceof GitError) && !locks.lost.aborted) throw error;
    logger.warn({ err: error, repositoryId }, 'a mirror could not be packed anew');
    await postponeRepack(sql, repositoryId);
  }
}

import { LockSession, sessionLocks } from '../db/sessionLock.ts';
import { GitError } from '../git/git.ts';
import { listPins } from '../repositories/mirrorUpkeep.ts';
import type { HousekeepingContext } from './housekeepingContext.ts';
import { askForUpkeep } from './queries/askForUpkeep.ts';
import { selectNeedlessPins, type Pin } from './queries/selectNeedlessPins.ts';
import { postponePins, storePinsCompared } from './queries/storeUpkeep.ts';

/** Mirrors that are compared with the rows by one statement, which looks through all Jobs. */
const mirrorsAtOnce = 100;

/**
 * Removes pins that no row needs any more: of heads that have moved on, and of removed Executions. Each mirror that may have some
 * is compared with the rows as a whole, so that whatever was left in it goes as well. One that somebody else is at, and all
 * while an Execution is being resolved, wait for the next round: a commit that was read as a head must not lose its pin before
 * Jobs name it.
 */
export async function removePins(
  context: Pick<HousekeepingContext, 'sql' | 'databaseUrl' | 'mirrors' | 'logger'>,
  signal: AbortSignal,
): Promise<void> {
  const { sql } = context;
  await askForUpkeep(sql);
  for (let after = 0; !signal.aborted;) {
    const due = await sql<{ id: string }[]>`
      select repository_id as id from mirrors where pins_due_at <= now() and repository_id > ${after}
       order by repository_id limit ${mirrorsAtOnce}`;
    const ids = due.map(({ id }) => Number(id));
    const last = ids.at(-1);
    if (last === undefined || !(await comparePins(context, ids, signal))) return;
    after = last;
  }
}

/** False when this is no time for it. */
async function comparePins(
  {
    sql,
    databaseUrl,
    mirrors,
    logger,
  }: Pick<HousekeepingContext, 'sql' | 'databaseUrl' | 'mirrors' | 'logger'>,
  repositoryIds: readonly number[],
  signal: AbortSignal,
): Promise<boolean> {
  await using locks = new LockSession(databaseUrl);
  const compared: number[] = [];
  const pins: Pin[] = [];
  for (const id of repositoryIds) {
    const lock = await locks.take(sessionLocks.mirror(id), { wait: false, signal });
    if (lock === undefined) continue;
    try {
      const commits = (await mirrors.has(id)) ? await listPins(mirrors.pathOf(id), signal) : [];
      pins.push(...commits.map((commit): Pin => [id, commit]));
      compared.push(id);
    } catch (error) {
      if (signal.aborted || !(error instanceof GitError)) throw error;
      logger.warn({ err: error, repositoryId: id }, 'the pins of a mirror could not be read');
      await postponePins(sql, id);
    }
  }
  const needless = await selectNeedlessPins(sql, pins);
  if (needless === undefined) return false;
  const byMirror = Map.groupBy(needless, ([id]) => id);
  for (const [id, mirrorPins] of byMirror) {
    // What holds the locks may be gone: then heads can move again.
    if (signal.aborted || locks.lost.aborted) return false;
    await mirrors.unpin(
      id,
      mirrorPins.map(([, commit]) => commit),
    );
  }
  await storePinsCompared(sql, compared, [...byMirror.keys()]);
  return true;
}

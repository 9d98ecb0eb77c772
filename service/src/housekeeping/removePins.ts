import type { Sql } from '../db/database.ts';
import { LockSession, sessionLocks } from '../db/sessionLock.ts';
import { listPins } from '../repositories/mirrorUpkeep.ts';
import type { HousekeepingContext } from './housekeepingContext.ts';
import { isOfDisk } from './isOfDisk.ts';
import { askForUpkeep } from './queries/askForUpkeep.ts';
import { selectNeedlessPins, type Pin } from './queries/selectNeedlessPins.ts';
import { postponePins, storePinsCompared } from './queries/storeUpkeep.ts';

/** Mirrors that are compared with the rows by one statement, which looks through all Jobs. */
const mirrorsAtOnce = 100;

type PinsContext = Pick<HousekeepingContext, 'sql' | 'databaseUrl' | 'mirrors' | 'logger'>;

/**
 * Removes pins that no row needs any more: of heads that have moved on, and of removed Executions. Each mirror that may have some
 * is compared with the rows as a whole, so that whatever was left in it goes as well. One that somebody else is at, and all
 * while an Execution is being resolved, wait for the next round: a commit that was read as a head must not lose its pin before
 * Jobs name it. One whose pins cannot be read or removed stops no other, and is tried again a day later.
 */
export async function removePins(context: PinsContext, signal: AbortSignal): Promise<void> {
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
  context: PinsContext,
  repositoryIds: readonly number[],
  signal: AbortSignal,
): Promise<boolean> {
  const { sql, databaseUrl, mirrors } = context;
  // The statement that compares them asks again.
  if (await isResolving(sql)) return false;
  await using locks = new LockSession(databaseUrl);
  const compared = new Set<number>();
  const pins: Pin[] = [];
  for (const id of repositoryIds) {
    const lock = await locks.take(sessionLocks.mirror(id), { wait: false, signal });
    if (lock === undefined) continue;
    const isRead = await tryMirror(context, id, signal, async () => {
      const commits = (await mirrors.has(id)) ? await listPins(mirrors.pathOf(id), signal) : [];
      pins.push(...commits.map((commit): Pin => [id, commit]));
    });
    if (isRead) compared.add(id);
    else await lock[Symbol.asyncDispose]();
  }
  const needless = await selectNeedlessPins(sql, pins);
  if (needless === undefined) return false;
  const unpinned: number[] = [];
  for (const [id, mirrorPins] of Map.groupBy(needless, ([id]) => id)) {
    // What holds the locks may be gone: then heads can move again.
    if (signal.aborted || locks.lost.aborted) return false;
    const commits = mirrorPins.map(([, commit]) => commit);
    if (await tryMirror(context, id, signal, () => mirrors.unpin(id, commits))) unpinned.push(id);
    else compared.delete(id);
  }
  await storePinsCompared(sql, [...compared], unpinned);
  return true;
}

/** Does something to the pins of a mirror; false when that failed, and the mirror was postponed. */
async function tryMirror(
  { sql, logger }: PinsContext,
  repositoryId: number,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (signal.aborted || !isOfDisk(error)) throw error;
    logger.warn({ err: error, repositoryId }, 'the pins of a mirror could not be read or removed');
    await postponePins(sql, repositoryId);
    return false;
  }
}

/** Whether an Execution is being resolved, which may take long: before mirrors are locked and their pins listed for nothing. */
async function isResolving(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ resolving: boolean }[]>`
    select exists (select from executions where resolved_at is null) as resolving`;
  return row?.resolving === true;
}

import type { Database, Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { sessionLocks, takeSessionLock } from '../db/sessionLock.ts';
import type { NamedFolder } from './namedFolders.ts';
import { planFolders } from './planFolders.ts';
import { storeHosts } from './queries/storeHosts.ts';
import { readCodeHosts } from './readCodeHosts.ts';
import { refuseOverlaps } from './refuseOverlaps.ts';

/** The kind of those hosts that the environment names; all others are rows that people made. */
const kind = 'directory';

/**
 * Makes the folders that the environment names the code hosts of their kind, and all others of it be there no more. Throws an
 * Error of one sentence about what cannot be. Replicas that start together take turns.
 */
export async function takeFolders(
  {
    database,
    sql,
    databaseUrl,
    hints,
  }: {
    readonly database: Database;
    readonly sql: Sql;
    readonly databaseUrl: string;
    readonly hints: Hints;
  },
  folders: readonly NamedFolder[],
): Promise<void> {
  await refuseOverlaps(folders);
  await using _turn = await takeSessionLock(databaseUrl, sessionLocks.hosts, { wait: true });
  const planned = planFolders(kind, await readCodeHosts(database), folders);
  if (planned.length === 0) return;
  await storeHosts(sql, kind, planned);
  hints.publish('hosts');
}

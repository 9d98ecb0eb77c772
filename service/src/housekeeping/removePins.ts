import { LockSession, sessionLocks } from '../db/sessionLock.ts';
import type { HousekeepingContext } from './housekeepingContext.ts';
import { selectNeedlessPins } from './queries/selectNeedlessPins.ts';

/**
 * Removes the pins that removed Executions were the last to need. While somebody else is at one of the mirrors, or an Execution
 * is being resolved, the next round does: a commit that was read as a head must not lose its pin before Jobs name it.
 */
export async function removePins(
  { sql, databaseUrl, mirrors }: Pick<HousekeepingContext, 'sql' | 'databaseUrl' | 'mirrors'>,
  signal: AbortSignal,
): Promise<void> {
  const concerned = await sql<{ id: string }[]>`
    select distinct (pin ->> 0)::bigint as id
      from removed_executions cross join jsonb_array_elements(leftovers -> 'commits') as pin
     where leftovers is not null`;
  if (concerned.length === 0) return;
  await using locks = new LockSession(databaseUrl);
  for (const { id } of concerned) {
    if ((await locks.take(sessionLocks.mirror(Number(id)), { wait: false, signal })) === undefined) return;
  }
  const pins = await selectNeedlessPins(sql);
  if (pins === undefined) return;
  for (const [repositoryId, commits] of Map.groupBy(pins.needless, ([id]) => id)) {
    if (signal.aborted) return;
    await mirrors.unpin(
      repositoryId,
      commits.map(([, commit]) => commit),
    );
  }
  await sql`
    update removed_executions set leftovers = null
     where execution_id in (select value::bigint from jsonb_array_elements_text(${sql.json([...pins.executionIds])}))`;
}

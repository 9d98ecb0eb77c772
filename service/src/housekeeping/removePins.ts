import { sessionLocks, takeSessionLock } from '../db/sessionLock.ts';
import type { HousekeepingContext } from './housekeepingContext.ts';
import { selectNeedlessPins } from './queries/selectNeedlessPins.ts';

/**
 * Removes the pins that removed Executions were the last to need. While a scan is under way, or an Execution is being
 * resolved, the next round does: a commit that was read as a head must not lose its pin before Jobs name it.
 */
export async function removePins(
  { sql, databaseUrl, mirrors }: Pick<HousekeepingContext, 'sql' | 'databaseUrl' | 'mirrors'>,
  signal: AbortSignal,
): Promise<void> {
  const due = await sql`select from removed_executions where leftovers is not null limit 1`;
  if (due.length === 0) return;
  await using lock = await takeSessionLock(databaseUrl, sessionLocks.scan, { wait: false, signal });
  if (lock === undefined) return;
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

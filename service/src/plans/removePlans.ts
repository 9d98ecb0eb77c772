import type { Logger } from 'pino';
import type { Sql } from '../db/database.ts';
import { deleteNeedlessPlans } from './queries/deleteNeedlessPlans.ts';

/** Removes Plans that nobody publishes, once their Executions are gone. What they kept goes with what those left. */
export async function removePlans(
  { sql, logger }: { readonly sql: Sql; readonly logger: Pick<Logger, 'info'> },
  signal: AbortSignal,
): Promise<void> {
  let removed = 0;
  for (let deleted = 1; deleted > 0 && !signal.aborted; removed += deleted)
    deleted = await deleteNeedlessPlans(sql);
  if (removed > 0) logger.info({ removed }, 'plans were removed with their executions');
}

import type { Logger } from 'pino';
import type { Sql } from '../db/database.ts';
import { isForeignKeyViolation } from '../db/foreignKeyViolation.ts';
import type { Hints } from '../db/hints.ts';
import { removeExecution } from './queries/removeExecution.ts';

/**
 * Removes Executions that ended so many days ago, one after the other, and lets editors know. What they leave outside of
 * their rows is deleted afterwards (see deleteLeftovers). 0 keeps them for ever.
 */
export async function removeExecutions(
  {
    sql,
    hints,
    logger,
  }: { readonly sql: Sql; readonly hints: Pick<Hints, 'publish'>; readonly logger: Logger },
  days: number,
  signal: AbortSignal,
): Promise<void> {
  if (days === 0) return;
  let removed = 0;
  while (!signal.aborted && (await removeNext(sql, days))) removed += 1;
  if (removed === 0) return;
  hints.publish('changes');
  logger.info({ removed }, 'executions were removed: they had been kept long enough');
}

/** False when there is none to remove in this round. */
async function removeNext(sql: Sql, days: number): Promise<boolean> {
  try {
    return (await removeExecution(sql, days)) !== undefined;
  } catch (error) {
    // Somebody has just left something of a Patch out: the statement did not see that row, and the next round does.
    if (isForeignKeyViolation(error, 'review_selections_job_id_jobs_id_fk')) return false;
    throw error;
  }
}

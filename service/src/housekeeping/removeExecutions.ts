import { removeExecution } from '../executions/queries/removeExecution.ts';
import type { HousekeepingContext } from './housekeepingContext.ts';

/**
 * Removes Executions that ended so many days ago, one after the other, and lets editors know. What they leave outside of
 * their rows is deleted afterwards (see deleteLeftovers). 0 keeps them for ever.
 */
export async function removeExecutions(
  { sql, hints, logger }: Pick<HousekeepingContext, 'sql' | 'hints' | 'logger'>,
  days: number,
  signal: AbortSignal,
): Promise<void> {
  if (days === 0) return;
  let removed = 0;
  while (!signal.aborted && (await removeExecution(sql, days)) !== undefined) removed += 1;
  if (removed === 0) return;
  hints.publish('changes');
  logger.info({ removed }, 'executions were removed: they had been kept long enough');
}

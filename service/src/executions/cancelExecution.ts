import { FlotillaError } from '@flotilla/shared/errors';
import type { User } from '../auth/tokens.ts';
import type { Database, Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { audit } from '../telemetry/audit.ts';
import { requestCancellation } from './queries/requestCancellation.ts';

/** Cancels an Execution. Doing so again, or after its end, changes nothing. */
export async function cancelExecution(
  context: { readonly database: Database; readonly sql: Sql; readonly hints: Hints },
  user: User,
  executionId: number,
): Promise<void> {
  const jobs = await requestCancellation(context.sql, executionId);
  if (jobs === undefined) throw new FlotillaError('notFound', `There is no execution ${executionId}.`);
  context.hints.publish('cancel');
  context.hints.publish('changes');
  if (jobs > 0)
    await audit(context.database, user.name, 'execution.cancelled', { execution: executionId, jobs });
}

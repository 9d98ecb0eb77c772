import { FlotillaError } from '@flotilla/shared/errors';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import type { Settlement } from './settlement/settlement.ts';
import { requestCancellation } from './queries/requestCancellation.ts';

/** Cancels an Execution. Doing so again, or after its end, changes nothing. */
export async function cancelExecution(
  context: { readonly sql: Sql; readonly hints: Hints; readonly settlement: Settlement },
  user: User,
  executionId: number,
): Promise<void> {
  const found = await requestCancellation(context.sql, executionId, user.name);
  if (!found) throw new FlotillaError('notFound', `There is no execution ${executionId}.`);
  // It is committed, whatever becomes of the look at its end.
  context.hints.publish('cancel');
  context.hints.publish('changes');
  await context.settlement.settle(executionId);
}

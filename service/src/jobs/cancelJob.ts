import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import type { Settlement } from '../executions/settlement/settlement.ts';
import type { Admission } from './admission.ts';
import { requestJobCancellation } from './queries/requestJobCancellation.ts';
import { notThere, requireVisible } from './requireVisible.ts';

/** Cancels one Job. Doing so again, or after its end, changes nothing. */
export async function cancelJob(
  context: {
    readonly sql: Sql;
    readonly hints: Hints;
    readonly admission: Admission;
    readonly settlement: Settlement;
  },
  user: User,
  jobId: number,
): Promise<void> {
  await requireVisible(context.sql, user, { jobId });
  const executionId = await requestJobCancellation(context.sql, jobId, user.name);
  if (executionId === undefined) throw notThere({ jobId });
  context.hints.publish('cancel');
  context.hints.publish('changes');
  context.admission.look(executionId);
  context.settlement.look(executionId);
}

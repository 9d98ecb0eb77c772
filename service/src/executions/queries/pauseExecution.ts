import type { Sql } from '../../db/database.ts';
import { changedNow } from '../../db/changedNow.ts';
import { auditing } from '../../telemetry/audit.ts';

/**
 * Notes that an Execution is paused. Its ready Jobs are held by an admission after it: only a statement that begins
 * afterwards sees all that was made ready before. False when there is no such Execution.
 */
export async function pauseExecution(sql: Sql, executionId: number, by: string): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    with paused as (
      update executions
         set paused_at = now(), paused_by = ${by}, ${changedNow(sql)}
       where id = ${executionId} and paused_at is null returning id),
    audited as (${auditing(sql, {
      actor: by,
      event: 'execution.paused',
      details: { execution: sql`id` },
      of: sql`paused`,
    })})
    select exists (select from executions where id = ${executionId}) as found`;
  return row?.found === true;
}

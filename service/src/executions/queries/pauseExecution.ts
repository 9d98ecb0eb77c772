import type { Sql } from '../../db/database.ts';
import { admitJobs } from '../../jobs/queries/admitJobs.ts';
import { auditing } from '../../telemetry/audit.ts';

/**
 * Pauses an Execution: no Job of it is claimed any more, those that run go on. Its row first; then an admission holds
 * what is ready, because only a statement that begins afterwards sees all that was made ready before. A Job that comes
 * back to the queue at this moment is held by the next look of the admission. Returns whether it was paused by
 * this call; undefined when there is no such Execution.
 */
export async function pauseExecution(
  sql: Sql,
  executionId: number,
  by: string,
): Promise<boolean | undefined> {
  const [row] = await sql<{ found: boolean; paused: boolean }[]>`
    with paused as (
      update executions
         set paused_at = now(), paused_by = ${by}, changed_xid = (pg_current_xact_id()::text)::bigint
       where id = ${executionId} and paused_at is null returning id),
    audited as (${auditing(sql, {
      actor: by,
      event: 'execution.paused',
      details: { execution: sql`id` },
      of: sql`paused`,
    })})
    select exists (select from executions where id = ${executionId}) as found,
           exists (select from paused) as paused`;
  if (row?.found !== true) return undefined;
  await admitJobs(sql, executionId);
  return row.paused;
}

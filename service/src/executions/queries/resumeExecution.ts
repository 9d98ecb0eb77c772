import type { Sql } from '../../db/database.ts';
import { changedNow } from '../../db/changedNow.ts';
import { auditing } from '../../telemetry/audit.ts';

/**
 * Resumes an Execution. The failures that it has had are looked over: only further ones count towards `maxFailures`.
 * Its Jobs become claimable by the admission. A statement that had to wait for the Execution's row does not see what
 * was put back into the queue meanwhile, and would look over what is no failure any more: it changes nothing and is
 * asked again. Returns whether it was paused; undefined when there is no such Execution.
 */
export async function resumeExecution(
  sql: Sql,
  executionId: number,
  by: string,
): Promise<boolean | undefined> {
  for (;;) {
    const { found, paused, resumed } = await resumeOnce(sql, executionId, by);
    if (!found) return undefined;
    if (resumed || !paused) return resumed;
  }
}

async function resumeOnce(
  sql: Sql,
  executionId: number,
  by: string,
): Promise<{ readonly found: boolean; readonly paused: boolean; readonly resumed: boolean }> {
  const [row] = await sql<{ found: boolean; paused: boolean; resumed: boolean }[]>`
    with seen as materialized (
      select changed_xid, paused_at from executions where id = ${executionId}),
    resumed as (
      update executions
         set paused_at = null, paused_by = null, ${changedNow(sql)},
             failures_forgiven = (select count(*) from jobs where execution_id = executions.id
                                     and state in ('failed', 'timedOut', 'errored'))
       where id = ${executionId} and paused_at is not null and changed_xid = (select changed_xid from seen)
      returning id),
    audited as (${auditing(sql, {
      actor: by,
      event: 'execution.resumed',
      details: { execution: sql`id` },
      of: sql`resumed`,
    })})
    select exists (select from seen) as found, exists (select from seen where paused_at is not null) as paused,
           exists (select from resumed) as resumed`;
  if (row === undefined) throw new Error('a resume was not answered');
  return row;
}

import type { Sql } from '../../db/database.ts';

/**
 * Resumes an Execution. The failures that it has had are looked over: only further ones count towards `maxFailures`.
 * Its Jobs become claimable by the admission. Returns whether it was paused; undefined when there is no such Execution.
 */
export async function resumeExecution(sql: Sql, executionId: number): Promise<boolean | undefined> {
  const [row] = await sql<{ found: boolean; resumed: boolean }[]>`
    with resumed as (
      update executions
         set paused_at = null, paused_by = null, changed_xid = (pg_current_xact_id()::text)::bigint,
             failures_forgiven = (select count(*) from jobs where execution_id = executions.id
                                     and state in ('failed', 'timedOut', 'errored'))
       where id = ${executionId} and paused_at is not null returning id)
    select exists (select from executions where id = ${executionId}) as found,
           exists (select from resumed) as resumed`;
  return row?.found === true ? row.resumed : undefined;
}

import type { Sql } from '../../db/database.ts';
import type { EndedAttempt } from './loseAttempts.ts';

/**
 * Ends Attempts whose Runner should have ended them `slackMs` ago because their time is over: a Runner that goes on
 * beyond that is not believed (invariant I7). Their Jobs timed out; the lease
 * token is another one, so that whoever sends afterwards is fenced, a finish too.
 */
export async function timeOutAttempts(sql: Sql, slackMs: number): Promise<EndedAttempt[]> {
  const rows = await sql<{ id: string; execution_id: string }[]>`
    with late as (
      select id from attempts
       where state = 'running' and deadline_at + make_interval(secs => ${slackMs / 1000}) < now()
       order by id for update skip locked),
    ended as (
      update attempts
         set state = 'timedOut', lease_token = gen_random_uuid(), ended_at = now(), changed_xid = (pg_current_xact_id()::text)::bigint,
             outcome = jsonb_build_object('kind', 'timedOut', 'step', null, 'seconds', timeout_seconds, 'limit', 'job')
        from late where attempts.id = late.id
      returning attempts.id, attempts.job_id),
    held as materialized (
      select jobs.id from jobs join ended on ended.job_id = jobs.id order by jobs.id for update of jobs),
    result as (
      update jobs set state = 'timedOut', ended_at = now(), changed_xid = (pg_current_xact_id()::text)::bigint
        from held join ended on ended.job_id = held.id
       where jobs.id = held.id and jobs.current_attempt_id = ended.id and jobs.state = 'running')
    select ended.id, execution_id from ended join jobs on jobs.id = ended.job_id`;
  return rows.map((row) => ({ attemptId: Number(row.id), executionId: Number(row.execution_id) }));
}

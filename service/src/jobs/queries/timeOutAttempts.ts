import type { Sql } from '../../db/database.ts';
import { changedNow } from '../../db/changedNow.ts';
import type { EndedAttempt } from './loseAttempts.ts';

/** How long Attempts may go on beyond their deadline, in milliseconds. */
export interface Patience {
  /** A time of the database's clock, as text: a statement that a silent network held up ends nothing for it. */
  readonly seenAt: string;
  /** What a Runner may take to end Steps whose time is over, and to say so. */
  readonly slackMs: number;
  /** What it may take besides to hand in the log and the Patch of Steps that have ended. */
  readonly handInMs: number;
  /** For how long the service has been up, with its database: an outage is no time to hand something in. */
  readonly upForMs: number;
}

/** Whether the Runner has reported that no Step runs or is to come. */
const stepsHaveEnded = '$[*] ? (@.state != "succeeded" && @.state != "running" && @.state != "pending")';
const stepsGoOn = '$[*] ? (@.state == "running" || @.state == "pending")';

/**
 * Ends Attempts that their Runner should have ended long ago because their time is over: a Runner that goes on beyond
 * that is not believed (invariant I7). One that has ended its Steps in time may hand in what they left for `handInMs`
 * more. Their Jobs timed out; the lease token is another one, so that whoever sends afterwards is fenced, a finish too.
 */
export async function timeOutAttempts(sql: Sql, patience: Patience): Promise<EndedAttempt[]> {
  const { seenAt, slackMs, handInMs, upForMs } = patience;
  const rows = await sql<{ id: string; execution_id: string }[]>`
    with late as (
      select id from attempts cross join lateral (
        select steps @? ${stepsHaveEnded}::text::jsonpath
               or steps <> '[]' and not steps @? ${stepsGoOn}::text::jsonpath as handing_in) as now_is
       where state = 'running' and (not handing_in or ${upForMs}::float8 > ${handInMs}::float8)
         and deadline_at + make_interval(secs => case when handing_in then ${(slackMs + handInMs) / 1000}::float8
                                                      else ${slackMs / 1000}::float8 end) < ${seenAt}::text::timestamptz
       order by id for update of attempts skip locked),
    ended as (
      update attempts
         set state = 'timedOut', lease_token = gen_random_uuid(), ended_at = now(), ${changedNow(sql)},
             outcome = jsonb_build_object('kind', 'timedOut', 'step', null, 'seconds', timeout_seconds, 'limit', 'job')
        from late where attempts.id = late.id
      returning attempts.id, attempts.job_id),
    held as materialized (
      select jobs.id from jobs join ended on ended.job_id = jobs.id order by jobs.id for update of jobs),
    result as (
      update jobs set state = 'timedOut', ended_at = now(), ${changedNow(sql)}
        from held join ended on ended.job_id = held.id
       where jobs.id = held.id and jobs.current_attempt_id = ended.id and jobs.state = 'running')
    select ended.id, execution_id from ended join jobs on jobs.id = ended.job_id`;
  return rows.map((row) => ({ attemptId: Number(row.id), executionId: Number(row.execution_id) }));
}

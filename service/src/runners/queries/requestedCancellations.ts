import type { Sql } from '../../db/database.ts';
import { liveAttemptStates } from '../../jobs/liveStates.ts';

/** The live Attempts of a Runner whose Jobs were cancelled. */
export async function requestedCancellations(sql: Sql, runnerId: string): Promise<number[]> {
  const rows = await sql<{ id: string }[]>`
    select attempts.id from attempts join jobs on jobs.id = attempts.job_id
     where attempts.state in ${liveAttemptStates(sql)} and runner_id = ${runnerId} and cancel_requested_at is not null`;
  return rows.map((row) => Number(row.id));
}

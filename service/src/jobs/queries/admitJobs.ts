import type { Sql } from '../../db/database.ts';

/**
 * Makes an Execution's held Jobs claimable as far as it has room, holds them while it is paused, and pauses it when
 * its failures have reached `maxFailures` (the function `admit_jobs` of the migrations). Returns how many it admitted.
 */
export async function admitJobs(sql: Sql, executionId: number): Promise<number> {
  const [row] = await sql<{ admitted: number }[]>`select admit_jobs(${executionId}) as admitted`;
  return row?.admitted ?? 0;
}

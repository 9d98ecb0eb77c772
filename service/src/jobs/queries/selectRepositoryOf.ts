import type { Sql } from '../../db/database.ts';

/** A Job, or an Attempt. */
export type JobOrAttempt = { readonly jobId: number } | { readonly attemptId: number };

/** The repository in which it works; undefined when there is no such one. */
export async function selectRepositoryOf(sql: Sql, which: JobOrAttempt): Promise<number | undefined> {
  const job =
    'jobId' in which
      ? sql`${which.jobId}::bigint`
      : sql`(select job_id from attempts where id = ${which.attemptId})`;
  const [row] = await sql<{ id: string }[]>`select repository_id as id from jobs where id = ${job}`;
  return row === undefined ? undefined : Number(row.id);
}

import type { Sql } from '../../service/src/db/database.ts';

/** Gives an Execution so many more Jobs that have ended, in one statement: the feed of changes names all of them. */
export async function addEndedJobs(sql: Sql, executionId: number, count: number): Promise<void> {
  await sql`
    insert into jobs (execution_id, repository_id, base_revision, base_ref, directory, state, ended_at)
    select execution_id, repository_id, base_revision, base_ref, 'folder-' || folder, 'cancelled', now()
      from (select * from jobs where execution_id = ${executionId} order by id limit 1) as one
     cross join generate_series(1, ${count}::int) as folder`;
}

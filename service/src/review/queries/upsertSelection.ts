import type { Sql } from '../../db/database.ts';
import type { Selection } from '../selection.ts';

/** Stores a selection and moves the Job's row in the feed of changes. False when there is no such Job. */
export async function upsertSelection(sql: Sql, userId: number, selection: Selection): Promise<boolean> {
  const rows = await sql`
    with job as (
      update jobs set changed_xid = (pg_current_xact_id()::text)::bigint where id = ${selection.jobId} returning id)
    insert into review_selections (job_id, path, included, user_id)
    select id, ${selection.path ?? ''}, ${selection.included}, ${userId} from job
    on conflict (job_id, path) do update
      set included = excluded.included, user_id = excluded.user_id, updated_at = now()
    returning job_id`;
  return rows.length > 0;
}

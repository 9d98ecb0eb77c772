import type { User } from '../../auth/tokens.ts';
import type { Sql } from '../../db/database.ts';
import { changedNow } from '../../db/changedNow.ts';
import { auditing } from '../../telemetry/audit.ts';
import type { Selection } from '../selection.ts';

/** Stores a selection and moves the Job's row in the feed of changes. False when there is no such Job. */
export async function upsertSelection(sql: Sql, user: User, selection: Selection): Promise<boolean> {
  const { jobId, path, included } = selection;
  const rows = await sql`
    with job as (
      update jobs set ${changedNow(sql)} where id = ${jobId} returning id),
    selected as (
      insert into review_selections (job_id, path, included, user_id)
      select id, ${path ?? ''}, ${included}, ${user.id} from job
      on conflict (job_id, path) do update
        set included = excluded.included, user_id = excluded.user_id, updated_at = now()),
    audited as (${auditing(sql, {
      actor: user.name,
      event: included ? 'job.included' : 'job.excluded',
      details: { job: sql`id`, path: sql`${path}::text` },
      of: sql`job`,
    })})
    select id from job`;
  return rows.length > 0;
}

import type { Sql } from '../../db/database.ts';
import { fenced } from '../../work/fenced.ts';
import type { WorkLease } from '../../work/workKind.ts';

/** Notes that a commit is ours before it is pushed. False when the lease is another's. */
export async function intendCommit(
  sql: Sql,
  lease: WorkLease,
  changesetId: number,
  commit: string,
): Promise<boolean> {
  const rows = await sql`
    with held as materialized (${fenced(sql, lease)}),
    noted as (
      insert into changeset_commits (changeset_id, commit) select ${changesetId}, ${commit} from held
      on conflict do nothing)
    select id from held`;
  return rows.length > 0;
}

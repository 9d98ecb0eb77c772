import type { Sql } from '../../db/database.ts';

/** Plans that one statement deletes. */
const mostAtOnce = 100;

/**
 * Deletes Plans that no Campaign publishes, and whose Executions have all been removed: one auto-commit statement. Trees and commits
 * that only they needed are noted with what those Executions left. Answers how many were deleted, {@link mostAtOnce} at most.
 */
export async function deleteNeedlessPlans(sql: Sql): Promise<number> {
  const [row] = await sql<{ deleted: number }[]>`
    with needless as materialized (
      select id from plans
       where not exists (select from campaigns where plan_id = plans.id)
         and not exists (select from plan_items join executions on executions.id = plan_items.execution_id
                          where plan_id = plans.id)
         -- An update leaves what it does not touch as an earlier Plan had it.
         and not exists (select from plan_items join changesets using (repository_id, result_tree)
                          where plan_id = plans.id and detached_at is null and changesets.state <> 'merged')
       order by id limit ${mostAtOnce} for update skip locked),
    items as materialized (
      select repository_id, execution_id, attempt_id, base_revision from plan_items join needless on plan_id = needless.id),
    deleted as (
      delete from plans using needless where plans.id = needless.id returning plans.id),
    noted as (
      insert into removed_executions (execution_id, leftovers)
      select execution_id, jsonb_build_object(
               'attempts', coalesce(jsonb_agg(jsonb_build_array(repository_id, attempt_id))
                                      filter (where attempt_id is not null), '[]'),
               'commits', jsonb_agg(distinct jsonb_build_array(repository_id, base_revision)))
        from items group by execution_id
      on conflict (execution_id) do update
         set leftovers = jsonb_build_object(
               'attempts', coalesce(removed_executions.leftovers -> 'attempts', '[]') || (excluded.leftovers -> 'attempts'),
               'commits', coalesce(removed_executions.leftovers -> 'commits', '[]') || (excluded.leftovers -> 'commits')))
    select count(*)::int as deleted from deleted`;
  return row?.deleted ?? 0;
}

import type { Sql } from '../../db/database.ts';
import { liveJobStates } from '../../jobs/liveStates.ts';
import type { Selection } from '../selectionTree.ts';

export interface PlanToMake {
  readonly executionId: number;
  /** The Plan whose other Targets keep their items; null where the Execution stands for all of its scope. */
  readonly amends: number | null;
  /** Patches without what was left out, by Job; null where nothing of it is left. */
  readonly selections: readonly { readonly jobId: number; readonly selection: Selection | null }[];
}

/**
 * Makes the Plan of an Execution that has ended, or finds the one that says the same: one auto-commit statement. Undefined when
 * the Execution is live again, or there is none.
 */
export async function insertPlan(sql: Sql, plan: PlanToMake): Promise<number | undefined> {
  const selections = plan.selections.map(({ jobId, selection }) => ({
    job_id: jobId,
    tree: selection?.tree ?? null,
    files: selection?.files ?? null,
    added: selection?.addedLines ?? null,
    removed: selection?.removedLines ?? null,
  }));
  const [row] = await sql<{ id: string }[]>`
    with execution as materialized (
      select id, action_version, coverage, left_out from executions
       where id = ${plan.executionId} and ended_at is not null
         and not exists (select from jobs where execution_id = executions.id and state in ${liveJobStates(sql)})),
    selections as (
      select * from jsonb_to_recordset(${sql.json(selections)})
                 as selection (job_id bigint, tree text, files int, added int, removed int)),
    results as (
      select jobs.*, attempts.id as attempt_id, base_tree, selections.job_id is not null as is_part,
             coalesce(selections.tree, case when selections.job_id is null then result_tree end) as tree,
             coalesce(selections.files, patch_files) as files,
             coalesce(selections.added, patch_added_lines) as added,
             coalesce(selections.removed, patch_removed_lines) as removed,
             result_tree is not null as has_patch,
             exists (select from review_selections
                      where review_selections.job_id = jobs.id and path = '' and not included) as is_excluded
        from execution join jobs on jobs.execution_id = execution.id
        left join attempts on attempts.id = jobs.current_attempt_id
        left join selections on selections.job_id = jobs.id),
    judged as (
      select *, case when state <> 'succeeded' then state
                     when has_patch and (is_excluded or tree is null) then 'excluded' end as absence
        from results),
    items as materialized (
      select repository_id, base_ref, directory,
             case when absence is not null then 'absent' when has_patch then 'patch' else 'noChanges' end as kind,
             absence, execution_id, id as job_id, action_version, base_revision,
             case when absence is null and has_patch then attempt_id end as attempt_id,
             case when absence is null and has_patch then base_tree end as base_tree,
             case when absence is null and has_patch then tree end as result_tree,
             case when absence is null and has_patch then files end as files,
             case when absence is null and has_patch then added end as added_lines,
             case when absence is null and has_patch then removed end as removed_lines
        from judged cross join (select action_version from execution) as version
      union all
      select repository_id, base_ref, directory, kind, absence, execution_id, job_id, action_version, base_revision,
             attempt_id, base_tree, result_tree, files, added_lines, removed_lines
        from plan_items
       where plan_id = ${plan.amends}
         and not exists (select from judged
                          where judged.repository_id = plan_items.repository_id
                            and judged.base_ref = plan_items.base_ref and judged.directory = plan_items.directory)),
    left_out as (
      select coalesce((select left_out from plans where id = ${plan.amends}), (select left_out from execution)) as left_out),
    said as (
      select encode(sha256(convert_to(
               coalesce((select string_agg(items::text, E'\n' order by repository_id, base_ref, directory) from items), '')
               || left_out::text, 'UTF8')), 'hex') as digest,
             left_out
        from left_out where exists (select from execution)),
    made as (
      insert into plans (digest, left_out) select digest, left_out from said
      -- Changes nothing, and answers the one that there is.
      on conflict (digest) do update set digest = excluded.digest
      returning id, xmax = 0 as is_new),
    filled as (
      insert into plan_items (plan_id, repository_id, base_ref, directory, kind, absence, execution_id, job_id,
                              action_version, base_revision, attempt_id, base_tree, result_tree, files, added_lines,
                              removed_lines)
      select made.id, repository_id, base_ref, directory, kind, absence, execution_id, job_id, action_version,
             base_revision, attempt_id, base_tree, result_tree, files, added_lines, removed_lines
        from made, items where is_new)
    select id from made`;
  return row === undefined ? undefined : Number(row.id);
}

import type { Sql } from '../../db/database.ts';
import { auditing, byItself } from '../../telemetry/audit.ts';

export interface Removal {
  readonly executionId: number;
  /** False when one of its Jobs has been put back into the queue meanwhile. */
  readonly removed: boolean;
}

/**
 * Removes the first Execution after an id whose Jobs have all ended so many days ago, by the database's clock: its rows
 * and those of its Jobs and Attempts, and notes what they leave elsewhere. One auto-commit statement. Execution and Jobs
 * are locked in the order of a rerun; the Jobs are looked at again as they are then, so that a rerun that was first
 * keeps all of it. Undefined when there is none.
 */
export async function removeExecution(sql: Sql, days: number, after: number): Promise<Removal | undefined> {
  const limit = sql`now() - make_interval(secs => ${days * 86_400})`;
  const [row] = await sql<{ id: string; removed: boolean }[]>`
    with old as materialized (
      select id from executions
       where id > ${after} and resolved_at is not null and created_at < ${limit}
         and not exists (select from jobs where execution_id = executions.id
                            and (state in ('queued', 'running') or ended_at >= ${limit}))
       order by id limit 1 for update skip locked),
    held as materialized (
      select jobs.id, repository_id, base_revision from jobs join old on old.id = jobs.execution_id
       where state not in ('queued', 'running') and ended_at < ${limit} order by jobs.id for update of jobs),
    whole as materialized (
      select id from old
       where (select count(*) from held) = (select count(*) from jobs where execution_id = old.id)),
    selections as (
      delete from review_selections using held, whole where job_id = held.id),
    gone as (
      delete from attempts using held, whole where job_id = held.id returning attempts.id, held.repository_id),
    emptied as (
      delete from jobs using held, whole where jobs.id = held.id),
    images as (
      delete from execution_images using whole where execution_id = whole.id),
    repeatable as (
      delete from reruns using whole where execution_id = whole.id),
    deleted as (
      delete from executions using whole where executions.id = whole.id
      returning executions.id, definition ->> 'name' as name),
    noted as (
      insert into removed_executions (execution_id, leftovers)
      select id, jsonb_build_object(
               'attempts', (select coalesce(jsonb_agg(jsonb_build_array(repository_id, gone.id)), '[]') from gone),
               'commits', (select coalesce(jsonb_agg(distinct jsonb_build_array(repository_id, base_revision)), '[]')
                             from held))
        from deleted),
    audited as (${auditing(sql, {
      actor: byItself,
      event: 'execution.removed',
      details: { execution: sql`id`, action: sql`name` },
      of: sql`deleted`,
    })})
    select id, exists (select from whole) as removed from old`;
  return row === undefined ? undefined : { executionId: Number(row.id), removed: row.removed };
}

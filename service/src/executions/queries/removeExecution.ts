import type { Sql } from '../../db/database.ts';
import { auditing, byItself } from '../../telemetry/audit.ts';
import { settlementName } from '../settlement/settlementName.ts';

/**
 * Removes the first Execution that ended so many days ago, by the database's clock: its rows and those of its Jobs and
 * Attempts, and notes what they leave elsewhere. One whose end is still being settled stays. One auto-commit statement. What makes an ended Execution live
 * again locks its row and takes its end back: a rerun that was first keeps all of it, one that comes later finds nothing.
 * Returns its id; undefined when there is none, or others hold all there are.
 */
export async function removeExecution(sql: Sql, days: number): Promise<number | undefined> {
  const [row] = await sql<{ id: string }[]>`
    with old as materialized (
      select id from executions
       where ended_at < now() - make_interval(secs => ${days * 86_400})
         and not exists (select from work where kind = ${settlementName} and key = executions.id::text)
       order by ended_at, id limit 1 for update skip locked),
    emptied as materialized (
      select jobs.id, repository_id, base_revision from jobs join old on old.id = jobs.execution_id),
    selections as (
      delete from review_selections using emptied where job_id = emptied.id),
    gone as (
      delete from attempts using emptied where job_id = emptied.id
      returning attempts.id, emptied.repository_id),
    jobless as (
      delete from jobs using emptied where jobs.id = emptied.id),
    images as (
      delete from execution_images using old where execution_id = old.id),
    repeatable as (
      delete from reruns using old where execution_id = old.id),
    deleted as (
      delete from executions using old where executions.id = old.id
      returning executions.id, definition ->> 'name' as name),
    noted as (
      insert into removed_executions (execution_id, leftovers)
      select id, jsonb_build_object(
               'attempts', (select coalesce(jsonb_agg(jsonb_build_array(repository_id, gone.id)), '[]') from gone),
               'commits', (select coalesce(jsonb_agg(distinct jsonb_build_array(repository_id, base_revision)), '[]')
                             from emptied))
        from deleted),
    audited as (${auditing(sql, {
      actor: byItself,
      event: 'execution.removed',
      details: { execution: sql`id`, action: sql`name` },
      of: sql`deleted`,
    })})
    select id from deleted`;
  return row === undefined ? undefined : Number(row.id);
}

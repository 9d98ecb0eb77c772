import type { Sql } from '../../db/database.ts';
import { needlessSeconds } from './storeUpkeep.ts';

/**
 * Asks for upkeep of the mirrors in which removed Executions have left nothing but pins, which may be needless by now, and objects
 * of their trees; lets go of these notes.
 */
export async function askForUpkeep(sql: Sql): Promise<void> {
  await sql`
    with done as materialized (
      select execution_id, leftovers from removed_executions
       where leftovers is not null and jsonb_array_length(leftovers -> 'attempts') = 0),
    noted as (
      update removed_executions set leftovers = null from done
       where done.execution_id = removed_executions.execution_id)
    insert into mirrors (repository_id, pins_due_at, repack_due_at)
    select distinct (pin ->> 0)::bigint as id, now(), now() + make_interval(secs => ${needlessSeconds})
      from done cross join jsonb_array_elements(leftovers -> 'commits') as pin order by id
    on conflict (repository_id) do update
      set pins_due_at = least(mirrors.pins_due_at, excluded.pins_due_at),
          repack_due_at = least(mirrors.repack_due_at, excluded.repack_due_at)`;
}

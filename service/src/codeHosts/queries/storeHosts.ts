import type { Sql } from '../../db/database.ts';
import type { PlannedHost } from '../planFolders.ts';

/** Makes and changes rows of one kind as they were planned. One statement, at whose end names are compared: they may be swapped. */
export async function storeHosts(sql: Sql, kind: string, planned: readonly PlannedHost[]): Promise<void> {
  await sql`
    with planned as materialized (
      select * from jsonb_to_recordset(${sql.json(planned.map((host) => ({ ...host })) as never)})
                 as planned (id bigint, name text, location text, settings jsonb, present boolean)),
    freed as (
      update code_hosts set name = code_hosts.name || ' ' || code_hosts.id
        from planned
       where code_hosts.name = planned.name and code_hosts.kind <> ${kind} and not code_hosts.present),
    changed as (
      update code_hosts set name = planned.name, settings = planned.settings, present = planned.present
        from planned where planned.id = code_hosts.id)
    insert into code_hosts (kind, name, location, settings, present)
    select ${kind}, name, location, settings, present from planned where id is null`;
}

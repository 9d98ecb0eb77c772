import type { Definition } from '@flotilla/shared/definition/definition';
import type { Sql } from '../../db/database.ts';
import type { ResolvingRequest } from '../../db/schema/executions.ts';
import type { ResolutionLease } from './beginResolution.ts';

/** An Execution whose scope is being resolved, with all that this needs. */
export interface Resolution {
  readonly lease: ResolutionLease;
  readonly definition: Definition;
  readonly actionVersion: number;
  readonly user: { readonly id: number; readonly name: string };
  readonly request: ResolvingRequest;
}

/** Takes over one Execution whose replica has died while it resolved the scope. Undefined when there is none. */
export async function takeOverResolution(sql: Sql, leaseMs: number): Promise<Resolution | undefined> {
  const [row] = await sql<
    {
      id: string;
      until: string;
      definition: Definition;
      action_version: number;
      user_id: string;
      user_name: string;
      request: ResolvingRequest;
    }[]
  >`
    with orphan as (
      select id from executions where resolving_until < clock_timestamp() order by id limit 1 for update skip locked)
    update executions
       set resolving_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1000}),
           changed_xid = (pg_current_xact_id()::text)::bigint
      from orphan, users
     where executions.id = orphan.id and users.id = executions.created_by
    returning executions.id, resolving_until::text as until, definition, action_version, users.id as user_id,
              users.name as user_name, resolving_request as request`;
  if (row === undefined) return undefined;
  return {
    lease: { executionId: Number(row.id), until: row.until },
    definition: row.definition,
    actionVersion: row.action_version,
    user: { id: Number(row.user_id), name: row.user_name },
    request: row.request,
  };
}

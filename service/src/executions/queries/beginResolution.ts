import type { Definition } from '@flotilla/shared/definition/definition';
import type { Sql } from '../../db/database.ts';
import type { Coverage, ResolvingRequest } from '../../db/schema/executions.ts';

/**
 * The right to resolve the scope of an Execution. The end of the lease, to the microsecond, is also its token: whoever
 * renews it or takes it over sets another.
 */
export interface ResolutionLease {
  readonly executionId: number;
  /** `timestamptz` as text: the driver would cut its microseconds. */
  readonly until: string;
}

export interface NewExecution {
  readonly requestKey: string;
  readonly actionId: number;
  readonly actionVersion: number;
  readonly definition: Definition;
  readonly userId: number;
  readonly request: ResolvingRequest;
}

/**
 * Inserts an Execution whose scope is to be resolved, and leases that to the caller. Undefined when the request key
 * has been used: then the earlier Execution stands. The feed does not announce it before its first renewal: most
 * scopes are resolved sooner, and one that is refused was never there.
 */
export async function beginResolution(
  sql: Sql,
  execution: NewExecution,
  leaseMs: number,
): Promise<ResolutionLease | undefined> {
  const { definition } = execution;
  const [row] = await sql<{ id: string; until: string }[]>`
    insert into executions (request_key, action_id, action_version, definition, coverage, created_by, max_parallel,
                            max_failures, resolving_until, resolving_request, changed_xid)
    values (${execution.requestKey}, ${execution.actionId}, ${execution.actionVersion}, ${sql.json({ ...definition })},
            ${coverageOf(execution.request)}, ${execution.userId}, ${definition.maxParallel}, ${definition.maxFailures},
            clock_timestamp() + make_interval(secs => ${leaseMs / 1000}), ${sql.json({ ...execution.request })}, 0)
    on conflict (request_key) do nothing
    returning id, resolving_until::text as until`;
  return row === undefined ? undefined : { executionId: Number(row.id), until: row.until };
}

function coverageOf({ repositories }: ResolvingRequest): Coverage {
  return repositories === null ? 'scope' : 'subset';
}

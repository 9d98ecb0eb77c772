import type { Definition } from '@flotilla/shared/definition/definition';
import type { Sql } from '../../db/database.ts';
import type { Coverage, ResolvingRequest } from '../../db/schema/executions.ts';
import { beginningWork } from '../../work/askForWork.ts';
import type { WorkLease } from '../../work/workKind.ts';
import { resolutionName } from '../resolutionName.ts';

export interface NewExecution {
  readonly requestKey: string;
  readonly actionId: number;
  readonly actionVersion: number;
  readonly definition: Definition;
  /** Null where nobody asked for it. */
  readonly createdBy: number | null;
  readonly request: ResolvingRequest;
}

/** An Execution whose scope its maker is to resolve. */
export interface BegunExecution {
  readonly executionId: number;
  readonly lease: WorkLease;
}

/**
 * Inserts an Execution, and with it the work of resolving its scope, which the caller begins at once as `holder`.
 * Undefined when the request key has been used: then the earlier Execution stands. The feed does not announce it before
 * {@link announceExecution} does: most scopes are resolved sooner, and one that is refused was never there.
 */
export async function insertExecution(
  sql: Sql,
  execution: NewExecution,
  { holder, leaseMs }: { readonly holder: string; readonly leaseMs: number },
): Promise<BegunExecution | undefined> {
  const { definition, request } = execution;
  const owed = sql`select ${resolutionName}, id::text, jsonb_build_object('executionId', id) from made`;
  const [row] = await sql<{ execution_id: string; id: string; token: string }[]>`
    with made as (
      insert into executions (request_key, action_id, action_version, definition, coverage, created_by, max_parallel,
                              max_failures, resolving_request, changed_xid)
      values (${execution.requestKey}, ${execution.actionId}, ${execution.actionVersion},
              ${sql.json({ ...definition })}, ${coverageOf(request)}, ${execution.createdBy},
              ${definition.maxParallel}, ${definition.maxFailures}, ${sql.json({ ...request })}, 0)
      on conflict (request_key) do nothing
      returning id),
    begun as (${beginningWork(sql, owed, { holder, leaseMs })})
    select made.id as execution_id, begun.id, begun.token from made, begun`;
  return row === undefined
    ? undefined
    : {
        executionId: Number(row.execution_id),
        lease: { id: Number(row.id), token: Number(row.token) },
      };
}

function coverageOf({ repositories }: ResolvingRequest): Coverage {
  return repositories === null ? 'scope' : 'subset';
}

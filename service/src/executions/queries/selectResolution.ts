import type { Definition } from '@flotilla/shared/definition/definition';
import type { Sql } from '../../db/database.ts';
import type { ResolvingRequest } from '../../db/schema/executions.ts';

/** An Execution whose scope is to be resolved, with all that this needs. */
export interface Resolution {
  readonly executionId: number;
  readonly definition: Definition;
  /**
   * With whose rights repositories are looked at, and whose share of the Runners its Jobs take: the person's who asked
   * for it, or, where nobody did, the owner's of its Action.
   */
  readonly userId: number;
  readonly request: ResolvingRequest;
}

/** Undefined when the Execution has its Jobs, or is gone. */
export async function selectResolution(sql: Sql, executionId: number): Promise<Resolution | undefined> {
  const [row] = await sql<
    {
      definition: Definition;
      user_id: string;
      request: ResolvingRequest;
    }[]
  >`
    select definition, coalesce(executions.created_by, owner_id) as user_id, resolving_request as request
      from executions
      join actions on actions.id = action_id
     where executions.id = ${executionId} and resolved_at is null`;
  return row === undefined
    ? undefined
    : {
        executionId,
        definition: row.definition,
        userId: Number(row.user_id),
        request: row.request,
      };
}

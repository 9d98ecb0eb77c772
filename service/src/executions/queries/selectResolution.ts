import type { Definition } from '@flotilla/shared/definition/definition';
import type { Account, Role } from '../../auth/rights.ts';
import type { Sql } from '../../db/database.ts';
import type { ResolvingRequest } from '../../db/schema/executions.ts';

/** An Execution whose scope is to be resolved, with all that this needs. */
export interface FoundResolution {
  readonly executionId: number;
  readonly definition: Definition;
  /**
   * With whose rights repositories are looked at, and whose share of the Runners its Jobs take: the person's who asked
   * for it, or, where nobody did, the owner's of its Action.
   */
  readonly account: Account;
  readonly request: ResolvingRequest;
}

/** Undefined when the Execution has its Jobs, or is gone. */
export async function selectResolution(sql: Sql, executionId: number): Promise<FoundResolution | undefined> {
  const [row] = await sql<
    {
      definition: Definition;
      user_id: string;
      name: string;
      role: Role;
      request: ResolvingRequest;
    }[]
  >`
    select definition, users.id as user_id, users.name, users.role, resolving_request as request
      from executions
      join actions on actions.id = action_id
      join users on users.id = coalesce(executions.created_by, owner_id)
     where executions.id = ${executionId} and resolved_at is null`;
  return row === undefined
    ? undefined
    : {
        executionId,
        definition: row.definition,
        account: { id: Number(row.user_id), name: row.name, role: row.role },
        request: row.request,
      };
}

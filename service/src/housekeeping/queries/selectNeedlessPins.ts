import type { Sql } from '../../db/database.ts';
import type { Leftovers } from '../../db/schema/removedExecutions.ts';

export interface NeedlessPins {
  /** Removed Executions whose Attempts have left nothing more. */
  readonly executionIds: readonly number[];
  /** Their commits, each after its repository, that are no head and no Job's. */
  readonly needless: Leftovers['commits'];
}

/**
 * Which pins removed Executions were the last to need. Undefined while any Execution is being resolved: it may have read
 * one of them as a head. One statement, so that all of it is seen at one moment; the caller holds the locks of their
 * mirrors, so that no head moves.
 */
export async function selectNeedlessPins(sql: Sql): Promise<NeedlessPins | undefined> {
  const [row] = await sql<{ resolving: boolean; execution_ids: number[]; needless: Leftovers['commits'] }[]>`
    with done as materialized (
      select execution_id, leftovers from removed_executions
       where leftovers is not null and jsonb_array_length(leftovers -> 'attempts') = 0),
    pins as materialized (
      select distinct (pin ->> 0)::bigint as repository_id, pin ->> 1 as commit
        from done cross join jsonb_array_elements(leftovers -> 'commits') as pin),
    needless as (
      select * from pins
       where not exists (select from jobs where jobs.repository_id = pins.repository_id and base_revision = commit)
         and not exists (select from repositories where id = pins.repository_id and head_commit = commit)
         -- Somebody looks at it, and may run it yet.
         and not exists (select from kept_scopes, jsonb_to_recordset(targets)
                                                    as target ("repositoryId" bigint, "baseRevision" text)
                          where "repositoryId" = pins.repository_id and "baseRevision" = commit))
    select exists (select from executions where resolved_at is null) as resolving,
           (select coalesce(jsonb_agg(execution_id), '[]') from done) as execution_ids,
           (select coalesce(jsonb_agg(jsonb_build_array(repository_id, commit)), '[]') from needless) as needless`;
  if (row === undefined || row.resolving) return undefined;
  return { executionIds: row.execution_ids, needless: row.needless };
}

import type { Sql } from '../../db/database.ts';
import { formerHeadSeconds } from '../../repositories/formerHeads.ts';

/** A commit that a mirror has a pin of. */
export type Pin = readonly [repositoryId: number, commit: string];

/**
 * Which of these pins no row needs any more. Undefined while any Execution is being resolved: it may have read one of them as a
 * head. One statement, so that all of it is seen at one moment; the caller holds the locks of their mirrors, so that no head
 * moves. Whatever comes to name commits has its line here.
 */
export async function selectNeedlessPins(
  sql: Sql,
  pins: readonly Pin[],
): Promise<readonly Pin[] | undefined> {
  const [row] = await sql<{ resolving: boolean; needless: Pin[] }[]>`
    with pins as materialized (
      select (pin ->> 0)::bigint as repository_id, pin ->> 1 as commit
        from jsonb_array_elements(${sql.json(pins)}) as pin),
    needless as (
      select * from pins
       where not exists (select from jobs where jobs.repository_id = pins.repository_id and base_revision = commit)
         and not exists (select from repositories where id = pins.repository_id and head_commit = commit)
         and not exists (select from former_heads
                          where former_heads.repository_id = pins.repository_id
                            and former_heads.commit = pins.commit
                            and moved_at > now() - make_interval(secs => ${formerHeadSeconds}))
         -- Somebody looks at it, and may run it yet.
         and not exists (select from kept_scopes, jsonb_to_recordset(targets)
                                                    as target ("repositoryId" bigint, "baseRevision" text)
                          where "repositoryId" = pins.repository_id and "baseRevision" = commit))
    select exists (select from executions where resolved_at is null) as resolving,
           (select coalesce(jsonb_agg(jsonb_build_array(repository_id, commit)), '[]') from needless) as needless`;
  return row === undefined || row.resolving ? undefined : row.needless;
}

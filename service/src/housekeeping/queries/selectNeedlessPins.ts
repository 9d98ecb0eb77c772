import type { Sql } from '../../db/database.ts';
import { formerHeadSeconds } from '../../repositories/formerHeads.ts';
import { hasExpired } from '../../scopes/needlessScopes.ts';

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
  const mirrors = [...new Set(pins.map(([repositoryId]) => repositoryId))];
  const [row] = await sql<{ resolving: boolean; needless: Pin[] }[]>`
    with mirrors as materialized (
      select array(select value::bigint from jsonb_array_elements(${sql.json(mirrors)})) as ids),
    -- Once for all pins: looking up each in the Jobs takes a while where there are many Executions.
    named as materialized (
      select repository_id, base_revision as commit from jobs where repository_id = any ((select ids from mirrors)::bigint[])
      union
      select id, head_commit from repositories where id = any ((select ids from mirrors)::bigint[])
      union
      select repository_id, commit from former_heads
       where repository_id = any ((select ids from mirrors)::bigint[])
         and moved_at > now() - make_interval(secs => ${formerHeadSeconds})
      union
      select repository_id, base_revision from plan_items where repository_id = any ((select ids from mirrors)::bigint[])
      union
      select repository_id, base_revision from changesets where repository_id = any ((select ids from mirrors)::bigint[])
      union
      -- Somebody looks at it, and may run it yet.
      select "repositoryId", "baseRevision"
        from kept_scopes, jsonb_to_recordset(targets) as target ("repositoryId" bigint, "baseRevision" text)
       where not ${hasExpired(sql)} and "repositoryId" = any ((select ids from mirrors)::bigint[])),
    needless as (
      select (pin ->> 0)::bigint as repository_id, pin ->> 1 as commit
        from jsonb_array_elements(${sql.json(pins)}) as pin
       where ((pin ->> 0)::bigint, pin ->> 1) not in (select repository_id, commit from named
                                                       where repository_id is not null and commit is not null))
    select exists (select from executions where resolved_at is null) as resolving,
           (select coalesce(jsonb_agg(jsonb_build_array(repository_id, commit)), '[]') from needless) as needless`;
  return row === undefined || row.resolving ? undefined : row.needless;
}

import type { Sql } from '../../db/database.ts';
import { formerHeadSeconds } from '../../repositories/formerHeads.ts';

/** Objects that nothing needs any more may stay so long, in seconds: a mirror is not packed anew for each of them. */
export const needlessSeconds = 24 * 3600;
/** What could not be done is tried again after so long. */
const restSeconds = 24 * 3600;
/** A mirror is not packed anew more often. */
const leastSeconds = 3600;

/**
 * Says of mirrors that their pins have been compared with the rows; of some of them needless ones went, and with them objects. Heads
 * that have moved since are looked at when they are old enough.
 */
export async function storePinsCompared(
  sql: Sql,
  repositoryIds: readonly number[],
  unpinned: readonly number[],
): Promise<void> {
  await sql`
    with compared as materialized (
      select value::bigint as id, ${sql.json(unpinned)}::jsonb @> value as is_unpinned
        from jsonb_array_elements(${sql.json(repositoryIds)})),
    forgotten as (
      delete from former_heads using compared
       where repository_id = compared.id and moved_at <= now() - make_interval(secs => ${formerHeadSeconds}))
    update mirrors
       set pins_due_at = (select min(moved_at) + make_interval(secs => ${formerHeadSeconds}) from former_heads
                           where former_heads.repository_id = mirrors.repository_id
                             and moved_at > now() - make_interval(secs => ${formerHeadSeconds})),
           repack_due_at = case when is_unpinned
                                then least(repack_due_at, now() + make_interval(secs => ${needlessSeconds}))
                                else repack_due_at end
      from compared where compared.id = mirrors.repository_id`;
}

/** Says that the pins of a mirror could not be looked at. */
export async function postponePins(sql: Sql, repositoryId: number): Promise<void> {
  await sql`
    update mirrors set pins_due_at = now() + make_interval(secs => ${restSeconds}) where repository_id = ${repositoryId}`;
}

/** Asks for mirrors to be packed anew. */
export async function askForRepack(sql: Sql, repositoryIds: readonly number[]): Promise<void> {
  await sql`
    insert into mirrors (repository_id, repack_due_at)
    select value::bigint as id, now() from jsonb_array_elements(${sql.json(repositoryIds)}) order by id
    on conflict (repository_id) do update
      set repack_due_at = least(mirrors.repack_due_at,
                                greatest(now(), mirrors.repacked_at + make_interval(secs => ${leastSeconds})))`;
}

/** Says that a mirror has been packed anew since a moment. What is still needless goes the next time. */
export async function storeRepacked(
  sql: Sql,
  repositoryId: number,
  begunAt: string,
  hasNeedless: boolean,
): Promise<void> {
  await sql`
    update mirrors
       set repacked_at = ${begunAt}::text::timestamptz,
           repack_due_at = case when ${hasNeedless} then now() + make_interval(secs => ${needlessSeconds}) end
     where repository_id = ${repositoryId}`;
}

/** Says that a mirror could not be packed anew. */
export async function postponeRepack(sql: Sql, repositoryId: number): Promise<void> {
  await sql`
    update mirrors set repack_due_at = now() + make_interval(secs => ${restSeconds}) where repository_id = ${repositoryId}`;
}

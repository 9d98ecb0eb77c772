import type { Sql } from '../../db/database.ts';

/** In how many milliseconds a row of these kinds is due; null when there is none. Below 0 for one that is due already. */
export async function nextDue(sql: Sql, kinds: readonly string[]): Promise<number | null> {
  const [row] = await sql<{ in_ms: number | null }[]>`
    select (extract(epoch from min(next.due_at) - now()) * 1000)::float8 as in_ms
      from jsonb_array_elements_text(${sql.json([...kinds])}) as kinds (kind) cross join lateral (
        select coalesce(lease_until, due_at) as due_at from work
         where work.kind = kinds.kind and coalesce(lease_until, due_at) < 'infinity'
         order by coalesce(lease_until, due_at), id limit 1) as next`;
  return row?.in_ms ?? null;
}

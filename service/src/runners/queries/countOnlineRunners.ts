import type { Sql } from '../../db/database.ts';

/** How many Runners gave a sign of life within a lease and take Jobs. */
export async function countOnlineRunners(sql: Sql, leaseMs: number): Promise<number> {
  const [row] = await sql<{ online: number }[]>`
    select count(*)::int as online from runners
     where last_seen_at > now() - make_interval(secs => ${leaseMs / 1000}) and not draining
       and drain_requested_at is null and forgotten_at is null`;
  return row?.online ?? 0;
}

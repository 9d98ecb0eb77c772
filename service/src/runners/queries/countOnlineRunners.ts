import type { Sql } from '../../db/database.ts';

/**
 * How many Runners gave a sign of life within a lease and take Jobs, and the time at which they were counted, in Unix
 * milliseconds.
 */
export async function countOnlineRunners(
  sql: Sql,
  leaseMs: number,
): Promise<{ readonly online: number; readonly time: number }> {
  const [row] = await sql<{ online: number; time: number }[]>`
    select count(*)::int as online, (extract(epoch from now()) * 1000)::float8 as time from runners
     where last_seen_at > now() - make_interval(secs => ${leaseMs / 1000}) and not draining
       and drain_requested_at is null and forgotten_at is null`;
  if (row === undefined) throw new Error('the database counted nothing');
  return row;
}

import type { QueueView } from '@flotilla/shared/views';
import type { Sql } from '../../db/database.ts';
import { liveAttemptStates } from '../../jobs/liveStates.ts';

/** How much there is to do, and for how many. */
export async function selectQueue(sql: Sql, leaseMs: number): Promise<QueueView> {
  const [row] = await sql<QueueView[]>`
    select (select count(*)::int from jobs where state = 'queued' and ready) as ready,
           (select count(*)::int from jobs where state = 'queued' and not ready) as held,
           (select count(*)::int from attempts where state in ${liveAttemptStates(sql)}) as running,
           (select coalesce(sum(capacity), 0)::int from runners
             where last_seen_at > now() - make_interval(secs => ${leaseMs / 1000}) and not draining
               and drain_requested_at is null and problem is null and forgotten_at is null) as capacity`;
  if (row === undefined) throw new Error('the queue could not be counted');
  return row;
}

import type { RunnerView } from '@flotilla/shared/views';
import type { Sql } from '../../db/database.ts';
import { liveAttemptStates } from '../../jobs/liveStates.ts';

/** All Runners that nobody has forgotten, by name. */
export async function selectRunners(sql: Sql, leaseMs: number): Promise<RunnerView[]> {
  const rows = await sql<RunnerView[]>`
    select runners.id, name, version, to_jsonb(labels) as labels, capacity, description,
           (select count(*)::int from attempts
             where attempts.runner_id = runners.id and attempts.state in ${liveAttemptStates(sql)}) as running,
           (extract(epoch from last_seen_at) * 1000)::float8 as "lastSeenAt",
           last_seen_at > now() - make_interval(secs => ${leaseMs / 1000}) as online,
           draining or drain_requested_at is not null as draining,
           drain_requested_at is not null as "drainRequested", problem
      from runners where forgotten_at is null
     order by name, runners.id`;
  return [...rows];
}

import type { Sql } from '../../db/database.ts';
import { liveAttemptStates } from '../liveStates.ts';

/**
 * The database's clock, as text to the microsecond, which the driver would cut. While Attempts live it is told by a
 * statement that writes, as a heartbeat does: a database that can be read and not written, because its disk is full or
 * it has become a standby, takes no heartbeats either. Writes again what stands in the row whose lease ends first, unless
 * somebody holds that.
 */
export async function timeByWriting(sql: Sql): Promise<string> {
  const [row] = await sql<{ now: string }[]>`
    with first as (
      select id from attempts where state in ${liveAttemptStates(sql)}
       order by lease_expires_at limit 1 for update skip locked),
    written as (
      update attempts set lease_expires_at = lease_expires_at from first where attempts.id = first.id)
    select clock_timestamp()::text as now`;
  if (row === undefined) throw new Error('the database did not say its time');
  return row.now;
}

import type { Sql } from '../db/database.ts';
import { changedNow } from '../db/changedNow.ts';

const batchSize = 500;

/**
 * Says of Attempts that ended so many days ago that their logs, or Patches, have expired; what this makes due is
 * deleted afterwards. Days are the database's. 0 keeps them for ever. Returns how many expired.
 */
export async function expireStreams(
  sql: Sql,
  stream: 'log' | 'patch',
  days: number,
  signal: AbortSignal,
): Promise<number> {
  if (days === 0) return 0;
  const expiredAt = sql(stream === 'log' ? 'expired_at' : 'patch_expired_at');
  const end = sql(stream === 'log' ? 'log_end' : 'patch_end');
  for (let expired = 0; ;) {
    if (signal.aborted) return expired;
    const rows = await sql`
      update attempts set ${expiredAt} = now(), deletion_due = true, ${changedNow(sql)}
       where id in (select id from attempts
                     where ended_at < now() - make_interval(secs => ${days * 86_400}) and ${expiredAt} is null
                       and ${end} > 0
                     order by id limit ${batchSize} for update skip locked)
      returning id`;
    expired += rows.length;
    if (rows.length < batchSize) return expired;
  }
}

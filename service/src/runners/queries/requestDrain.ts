import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';

/** Notes that a person wants a Runner to claim nothing more, or to claim again. Returns whether there is such a Runner. */
export async function requestDrain(sql: Sql, runnerId: string, drain: boolean, by: string): Promise<boolean> {
  const rows = await sql`
    with asked as (
      update runners set drain_requested_at = case when ${drain} then now() end
       where id = ${runnerId} and (drain_requested_at is null) = ${drain} returning name),
    audited as (${auditing(sql, {
      actor: by,
      event: drain ? 'runner.draining' : 'runner.resumed',
      details: { runner: sql`name` },
      of: sql`asked`,
    })})
    select from runners where id = ${runnerId}`;
  return rows.length > 0;
}

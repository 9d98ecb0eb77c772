import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';

/**
 * Forgets a Runner that has not been seen within its lease; one that is forgotten stays so. Returns its name, and whether
 * it is online, and so was kept; undefined when there is none with this id.
 */
export async function forgetRunner(
  sql: Sql,
  runnerId: string,
  leaseMs: number,
  by: string,
): Promise<{ readonly name: string; readonly online: boolean } | undefined> {
  const [row] = await sql<{ name: string; online: boolean }[]>`
    with forgotten as (
      update runners set forgotten_at = now()
       where id = ${runnerId} and forgotten_at is null
         and last_seen_at <= now() - make_interval(secs => ${leaseMs / 1000}) returning name),
    audited as (${auditing(sql, {
      actor: by,
      event: 'runner.forgotten',
      details: { runner: sql`name` },
      of: sql`forgotten`,
    })})
    select name, forgotten_at is null and not exists (select from forgotten) as online
      from runners where id = ${runnerId}`;
  return row;
}

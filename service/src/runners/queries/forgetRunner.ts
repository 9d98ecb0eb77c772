import type { Sql } from '../../db/database.ts';

/** Forgets a Runner that has not been seen within its lease. Undefined when there is none with this id. */
export async function forgetRunner(
  sql: Sql,
  runnerId: string,
  leaseMs: number,
): Promise<{ readonly name: string; readonly forgotten: boolean } | undefined> {
  const [row] = await sql<{ name: string; forgotten: boolean }[]>`
    with forgotten as (
      update runners set forgotten_at = now()
       where id = ${runnerId} and last_seen_at <= now() - make_interval(secs => ${leaseMs / 1000}) returning id)
    select name, exists (select from forgotten) as forgotten from runners where id = ${runnerId}`;
  return row;
}

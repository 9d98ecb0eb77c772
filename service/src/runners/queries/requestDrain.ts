import type { Sql } from '../../db/database.ts';

/** Notes that a person wants a Runner to claim nothing more, or to claim again. Returns its name, if there is one. */
export async function requestDrain(sql: Sql, runnerId: string, drain: boolean): Promise<string | undefined> {
  const [row] = await sql<{ name: string }[]>`
    update runners set drain_requested_at = case when ${drain} then coalesce(drain_requested_at, now()) end
     where id = ${runnerId} returning name`;
  return row?.name;
}

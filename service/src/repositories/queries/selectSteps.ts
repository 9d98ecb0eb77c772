import type { Sql } from '../../db/database.ts';

/** How many times the scan of a host has got on, whichever replica does it, as far as it has told; null when none goes on. */
export async function selectSteps(sql: Sql, hostId: number): Promise<number | null> {
  const [row] = await sql<{ steps: number | null }[]>`
    select (scan ->> 'steps')::int as steps from code_hosts where id = ${hostId}`;
  return row?.steps ?? null;
}

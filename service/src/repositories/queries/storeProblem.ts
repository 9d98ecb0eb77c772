import type { Sql } from '../../db/database.ts';

/** Says why a host could not be listed. What is known of its repositories stays as it is. */
export async function storeProblem(sql: Sql, hostId: number, problem: string): Promise<void> {
  await sql`update code_hosts set problem = ${problem} where id = ${hostId} and problem is distinct from ${problem}`;
}

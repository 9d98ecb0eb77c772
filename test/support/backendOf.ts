import type { Sql } from '../../service/src/db/database.ts';

/** The number of the server's process behind a connection. */
export async function backendOf(sql: Sql): Promise<number> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  if (row === undefined) throw new Error('a backend has a number');
  return row.pid;
}

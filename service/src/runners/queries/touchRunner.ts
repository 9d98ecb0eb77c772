import type { HeartbeatInput } from '@flotilla/shared/protocol/runnerMessages';
import type { Sql } from '../../db/database.ts';

/** Notes a sign of life of a Runner, and how it is. Returns whether a person wants it to take no more Jobs. */
export async function touchRunner(
  sql: Sql,
  runnerId: string,
  { draining, problem }: Pick<HeartbeatInput, 'draining' | 'problem'>,
): Promise<boolean> {
  const [row] = await sql<{ drain: boolean }[]>`
    update runners set last_seen_at = now(), draining = ${draining}, problem = ${problem}
     where id = ${runnerId} returning drain_requested_at is not null as drain`;
  return row?.drain ?? false;
}

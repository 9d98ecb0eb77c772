import type { Target } from '@flotilla/shared/target/target';
import type { Sql } from '../../db/database.ts';

/** The Targets of the scope that an Execution is being made of, however long ago it was looked at; undefined without one. */
export async function readConfirmedTargets(
  sql: Sql,
  scopeId: string,
): Promise<readonly Target[] | undefined> {
  const [row] = await sql<{ targets: Target[] }[]>`select targets from kept_scopes where id = ${scopeId}`;
  return row?.targets;
}

import type { Target } from '@flotilla/shared/target/target';
import type { Sql } from '../../db/database.ts';

export interface KeptScope {
  readonly query: string;
  readonly targets: readonly Target[];
  readonly repositoriesState: string;
}

/** A scope that a user looked at; undefined when it has expired, or was never theirs. */
export async function readKeptScope(sql: Sql, userId: number, id: string): Promise<KeptScope | undefined> {
  const [row] = await sql<{ query: string; targets: Target[]; state: string }[]>`
    select query, targets, repositories_state as state from kept_scopes
     where id = ${id} and user_id = ${userId} and expires_at > now()`;
  return row && { query: row.query, targets: row.targets, repositoriesState: row.state };
}

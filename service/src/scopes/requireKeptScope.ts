import type { Sql } from '../db/database.ts';
import { readKeptScope, type KeptScope } from './queries/readKeptScope.ts';
import { scopeExpired } from './scopeExpired.ts';

/** A scope that a user looked at. Throws `scope.expired` when it is not kept any more, or never was theirs. */
export async function requireKeptScope(sql: Sql, userId: number, scopeId: string): Promise<KeptScope> {
  const kept = await readKeptScope(sql, userId, scopeId);
  if (kept === undefined) throw scopeExpired();
  return kept;
}

import type { Sql } from '../db/database.ts';
import { hasExpired, isOfNoExecution } from './needlessScopes.ts';

/** Removes scopes that nobody can confirm any more, whether or not their users look at others. */
export async function removeExpiredScopes(sql: Sql): Promise<void> {
  await sql`delete from kept_scopes where ${hasExpired(sql)} and ${isOfNoExecution(sql)}`;
}

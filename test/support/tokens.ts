import type { Role } from '../../service/src/auth/rights.ts';
import { createToken, ensureUser } from '../../service/src/auth/tokens.ts';
import type { Sql } from '../../service/src/db/database.ts';

/** The actor, in the audit log, of what tests do outside of the API. */
export const testActor = 'a test';

/** A new token of the user of that name, who is made with that role when there is none. */
export async function userToken(sql: Sql, name: string, role: Role): Promise<string> {
  const { id: userId } = await ensureUser(sql, testActor, name, role);
  return (await createToken(sql, testActor, { scope: 'user', userId, label: name })).secret;
}

/** A new token for runners. */
export async function runnerToken(sql: Sql): Promise<string> {
  return (await createToken(sql, testActor, { scope: 'runner', label: 'runners of the tests' })).secret;
}

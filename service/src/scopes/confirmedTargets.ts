import type { Target } from '@flotilla/shared/target/target';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import type { ChosenRepositories } from '../db/schema/executions.ts';
import { chosenTargets } from './chosenTargets.ts';
import { readConfirmedTargets } from './queries/readConfirmedTargets.ts';
import { scopeExpired } from './scopeExpired.ts';

/**
 * The Targets that a person has confirmed and an Execution is being made of, or those of some repositories among them.
 * Throws `scope.expired` when the scope is not kept any more, and what {@link chosenTargets} refuses.
 */
export async function confirmedTargets(
  sql: Sql,
  user: User,
  scopeId: string,
  repositories: ChosenRepositories | null,
): Promise<readonly Target[]> {
  const targets = await readConfirmedTargets(sql, scopeId);
  if (targets === undefined) throw scopeExpired();
  return chosenTargets(user, targets, repositories);
}

import type { Target } from '@flotilla/shared/target/target';
import type { Sql } from '../db/database.ts';
import type { ChosenRepositories } from '../db/schema/executions.ts';
import { chosenAmong } from '../search/chosenAmong.ts';
import { readConfirmedTargets } from './queries/readConfirmedTargets.ts';
import { scopeExpired } from './scopeExpired.ts';

/**
 * The Targets that a person has confirmed, or those of some repositories among them, by id or by name. Throws
 * `scope.expired` when the scope is not kept any more.
 */
export async function confirmedTargets(
  sql: Sql,
  scopeId: string,
  repositories: ChosenRepositories | null,
): Promise<readonly Target[]> {
  const targets = await readConfirmedTargets(sql, scopeId);
  if (targets === undefined) throw scopeExpired();
  return targets.filter(chosenAmong(repositories));
}

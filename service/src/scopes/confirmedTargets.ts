import type { Target } from '@flotilla/shared/target/target';
import type { Sql } from '../db/database.ts';
import { readConfirmedTargets } from './queries/readConfirmedTargets.ts';
import { scopeExpired } from './scopeExpired.ts';

/**
 * The Targets that a person has confirmed, or those of some repositories among them, by id or by name. Throws
 * `scope.expired` when the scope is not kept any more.
 */
export async function confirmedTargets(
  sql: Sql,
  scopeId: string,
  repositories: readonly number[] | readonly string[] | null,
): Promise<readonly Target[]> {
  const targets = await readConfirmedTargets(sql, scopeId);
  if (targets === undefined) throw scopeExpired();
  if (repositories === null) return targets;
  const chosen = new Set<number | string>(repositories);
  return targets.filter((target) => chosen.has(target.repositoryId) || chosen.has(target.repository));
}

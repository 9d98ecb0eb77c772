import { FlotillaError } from '@flotilla/shared/errors';
import type { Target } from '@flotilla/shared/target/target';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import type { ChosenRepositories } from '../db/schema/executions.ts';
import { chosenTargets } from './chosenTargets.ts';
import { requireKeptScope } from './requireKeptScope.ts';

/**
 * The Targets that a user has confirmed for a query, or those of some repositories among them. Throws `scope.expired` when
 * the scope is not kept any more, `scope.otherQuery` when it is of another query, and what {@link chosenTargets} refuses.
 */
export async function requireConfirmedTargets(
  sql: Sql,
  user: User,
  {
    scopeId,
    query,
    repositories,
  }: {
    readonly scopeId: string;
    readonly query: string;
    readonly repositories: ChosenRepositories | null;
  },
): Promise<readonly Target[]> {
  const kept = await requireKeptScope(sql, user.id, scopeId);
  if (kept.query !== query) {
    throw new FlotillaError(
      'scope.otherQuery',
      `The scope that was confirmed is of another query: "${kept.query}". Look at the scope of "${query}".`,
    );
  }
  return chosenTargets(user, kept.targets, repositories);
}

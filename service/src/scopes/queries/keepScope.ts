import type { Target } from '@flotilla/shared/target/target';
import type { Sql } from '../../db/database.ts';
import type { LeftByFilter } from '../../db/schema/executions.ts';
import { keptScopesOfUser, keptSeconds } from '../keptScopeLimits.ts';
import { hasExpired, isOfNoExecution } from '../needlessScopes.ts';

export interface ScopeToKeep {
  readonly userId: number;
  readonly query: string;
  readonly targets: readonly Target[];
  readonly leftOut: readonly LeftByFilter[];
  readonly repositoriesState: string;
}

/**
 * Keeps a scope for {@link keptSeconds}, in place of the oldest ones of its user where there are {@link keptScopesOfUser}
 * of them, and of all that have expired. One that an Execution is being made of stays. Answers its id.
 */
export async function keepScope(sql: Sql, scope: ScopeToKeep): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    with kept as (
      insert into kept_scopes (user_id, query, targets, left_out, repositories_state, expires_at)
      values (${scope.userId}, ${scope.query}, ${sql.json(scope.targets.map((target) => ({ ...target })))},
              ${sql.json(scope.leftOut as never)},
              ${scope.repositoriesState}, now() + make_interval(secs => ${keptSeconds}))
      returning id),
    removed as (
      delete from kept_scopes
       where (${hasExpired(sql)}
              or id in (select id from kept_scopes where user_id = ${scope.userId}
                         order by created_at desc offset ${keptScopesOfUser - 1}))
         and ${isOfNoExecution(sql)})
    select id from kept`;
  if (row === undefined) throw new Error('the database kept no scope');
  return row.id;
}

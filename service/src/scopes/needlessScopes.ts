import type { Fragment } from 'postgres';
import type { Sql } from '../db/database.ts';

/** Who confirms a scope at the last moment has so long to name it in a row, in seconds. */
const graceSeconds = 60;

/** The condition that a row of `kept_scopes` has expired, and so long ago that nobody is about to name it. */
export function hasExpired(sql: Sql): Fragment {
  return sql`expires_at < now() - make_interval(secs => ${graceSeconds})`;
}

/** The condition that no Execution is being made of a row of `kept_scopes`. */
export function isOfNoExecution(sql: Sql): Fragment {
  return sql`
    not exists (select from executions
                 where resolved_at is null and (resolving_request ->> 'scopeId')::uuid = kept_scopes.id)`;
}

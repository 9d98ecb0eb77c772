import type { Fragment } from 'postgres';
import { changedNow } from '../../db/changedNow.ts';
import type { Sql } from '../../db/database.ts';

/** How Jobs go back to the queue. Each is an expression over the row of `jobs` as it is. */
export interface Return {
  /** The state in which a Job ends that does not go back; null for one that does. */
  readonly endsAs: Fragment;
  /** Whether one that goes back may be claimed now. */
  readonly ready: Fragment;
}

/**
 * What an UPDATE of `jobs` sets where their Attempts are over and they go back to the queue, or end after all. Their place
 * there is theirs still, unless it sets a rank besides.
 */
export function backToQueue(sql: Sql, { endsAs, ready }: Return): Fragment {
  return sql`
    state = coalesce(${endsAs}, 'queued'),
    ended_at = case when ${endsAs} is not null then now() end,
    queued_at = case when ${endsAs} is null then now() else queued_at end,
    ready = ${ready}, ${changedNow(sql)}`;
}

/** Ready as before, unless its Execution is paused: for a Job whose Attempt came to nothing. */
export function readyUnlessPaused(sql: Sql): Fragment {
  return sql`(jobs.ready and not exists (
    select from executions where id = jobs.execution_id and paused_at is not null))`;
}

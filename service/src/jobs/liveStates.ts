import type { Fragment } from 'postgres';
import type { Sql } from '../db/database.ts';

// In the text of statements and not as parameters: indexes of what is live are used for these words alone.

/** The states of a Job that has not ended: what stands after `state in`. */
export function liveJobStates(sql: Sql): Fragment {
  return sql`('queued', 'running')`;
}

/** The states of an Attempt that has not ended: what stands after `state in`. */
export function liveAttemptStates(sql: Sql): Fragment {
  return sql`('claimed', 'running')`;
}

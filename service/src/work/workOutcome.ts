import type { Fragment } from 'postgres';
import type { Sql } from '../db/database.ts';

/** When something is due: so long from now, or at a time of the database's clock in Unix milliseconds. */
export type Due = { readonly afterMs: number } | { readonly at: number };

/** How a row of work came out of a handler. */
export type WorkOutcome =
  /** Nothing is owed any more, unless somebody has asked for it anew meanwhile. */
  | { readonly kind: 'done' }
  /** It got on and waits for something that is known, such as its turn at a code host; no try is counted. */
  | { readonly kind: 'again'; readonly due: Due; readonly reason: string }
  /** It did not get on. It is tried again after the back-off of its kind. */
  | { readonly kind: 'failed'; readonly reason: string };

/** A {@link Due} as a part of a statement. */
export function dueTime(sql: Sql, due: Due): Fragment {
  return 'at' in due
    ? sql`to_timestamp(${due.at / 1000}::float8)`
    : sql`now() + make_interval(secs => ${due.afterMs / 1000})`;
}

/** How long a row rests that has been taken so many times in a row without getting on. */
export function backOffAfter(tries: number, backOffMs: readonly number[]): number {
  return backOffMs[Math.min(tries, backOffMs.length) - 1] ?? 0;
}

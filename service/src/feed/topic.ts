import type { Fragment } from 'postgres';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';

/**
 * A kind of row that editors hold live. Each is a file `…Topic.ts` beside the feature it belongs to, found by its name
 * (see topics.ts); an editor names the topics that it wants.
 *
 * Rows are read once for all editors that wait at one place. Who may see which, and how a row looks to one user, is
 * decided afterwards, by {@link Topic.repositoryOf} and {@link Topic.view} alone (see visibleViews.ts).
 */
export type Topic = RowTopic | ListTopic;

/** A row as topics read it. */
export interface KeyedRow {
  readonly id: number;
}

interface Common<Name extends string, Row, View> {
  /** What editors call it. */
  readonly name: Name;
  /** The repository that a row tells of, which whoever sees the row must be allowed to see; null where it tells of none. */
  repositoryOf(row: Row): number | null;
  /** The row as one user sees it. */
  view(row: Row, user: User): View;
}

/**
 * Rows of a table, of which editors hold a part: those that they list, kept by what changes. The table has a column
 * `id`, and a column `changed_xid` (db/schema/columns.ts) with an index.
 */
export interface RowTopic<
  Name extends string = string,
  Row extends KeyedRow = KeyedRow,
  View = unknown,
> extends Common<Name, Row, View> {
  readonly kind: 'rows';
  readonly table: string;
  /** The column by which they are listed, such as `execution_id`; null where all rows are one list. */
  readonly listedBy: string | null;
  /** Whether lists begin with the highest id. */
  readonly newestFirst: boolean;
  /** The table that remembers which rows there are no more, with a `changed_xid` too. Without one they never go alone. */
  readonly gone?: { readonly table: string; readonly id: string };
  /** Rows that are other ones because rows of another topic changed since a cursor, as a condition. */
  readonly changedWith?: { readonly topic: string; rows(sql: Sql, from: string): Fragment };
  /** Reads at most `limit` rows, in the order of lists. Columns of conditions are qualified by the table's name. */
  select(sql: Sql, condition: Fragment, limit: number): Promise<readonly Row[]>;
}

/**
 * So few rows that an editor holds all of them: they are read whenever the feed looks, and sent when any looks otherwise.
 */
export interface ListTopic<Name extends string = string, Row = unknown, View = unknown> extends Common<
  Name,
  Row,
  View
> {
  readonly kind: 'list';
  /** All of them, in the order in which they are shown. A runner counts as online for a lease after its last sign of life. */
  select(sql: Sql, leaseMs: number): Promise<readonly Row[]>;
  /** What of a row is worth telling. */
  look(row: Row): unknown;
}

/** A topic of rows, with its types as they are written. */
export function rowTopic<const Name extends string, Row extends KeyedRow, View>(
  topic: Omit<RowTopic<Name, Row, View>, 'kind'>,
): RowTopic<Name, Row, View> {
  return { ...topic, kind: 'rows' };
}

/** A topic of a list, with its types as they are written. */
export function listTopic<const Name extends string, Row, View>(
  topic: Omit<ListTopic<Name, Row, View>, 'kind'>,
): ListTopic<Name, Row, View> {
  return { ...topic, kind: 'list' };
}

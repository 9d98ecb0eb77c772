/**
 * How editors get live rows. A kind of row is a _topic_; each is a file of the service (`…Topic.ts`), which says what
 * its rows look like, and a file of the editor, which looks at them.
 */

/** One message of the feed of changes: whole rows that replace what the editor holds. */
export interface Changes {
  /**
   * Whether more has changed than one message takes. Then no changed rows are in it: an editor lists anew what it holds,
   * and the next message says what has changed since.
   */
  readonly listAnew: boolean;
  /** By topic: the rows that changed; of a topic that is sent as a whole all rows, when any is another. */
  readonly rows: Readonly<Record<string, readonly unknown[]>>;
  /** By topic: ids of rows that are there no more. They win over the rows beside them. */
  readonly gone: Readonly<Record<string, readonly number[]>>;
}

/** A part of a list of rows. */
export interface Page<Row> {
  /** Perhaps fewer than were asked for, also none: who may not see a row does not get it. */
  readonly rows: readonly Row[];
  /** What to ask for as `after`, to get the rows that follow; null when there are none. */
  readonly next: number | null;
}

/** Most rows of a page: 1,000 Jobs are 0.6 MB. */
export const maxPage = 1000;

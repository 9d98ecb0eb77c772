import type { Shape } from '../connection/shape.ts';

/** A row that is known by its id. */
export interface KeyedRow {
  readonly id: number;
}

/** Rows by topic of the service, as they come: all of those that one window holds together. */
export type LiveKind = RowKind | WholeKind;

/**
 * A kind of live row of which this window holds a part: the lists that somebody asked for, kept by the feed of changes.
 * It is the counterpart of a `rowTopic` of the service, and a file of this folder.
 */
export interface RowKind<Row extends KeyedRow = KeyedRow> {
  readonly kind: 'rows';
  readonly topic: string;
  /** Looks at each row before anybody relies on it. */
  readonly shape: Shape;
  /** Whether lists begin with the highest id, as the service's do. */
  readonly newestFirst: boolean;
  /** Rows that a list holds at most, whatever the service says; of more those with the highest ids. */
  readonly mostOfAList: number;
  /**
   * Where a list is asked for a part at a time: rows of the first part and of each further one, and of all together. It has
   * its newest first; of older ones than were asked for the feed may tell, and they are not taken in.
   */
  readonly parts?: { readonly size: number; readonly most: number };
  /** The row that a list belongs to; without it all rows are one list. */
  readonly parent?: ParentOf<Row>;
}

interface ParentOf<Row extends KeyedRow> {
  /** What the parent is. A row that is gone takes its list along. */
  readonly kind: RowKind;
  /** The id of the row's parent. */
  idOf(row: Row): number;
  /** How many rows the parent says that it has: when that changes, its list is asked for again. */
  size?(parent: KeyedRow): number;
  /** The one row that is held with its parent, also where its list is not; null for none. */
  shownOf?(parent: KeyedRow): number | null;
  /**
   * Lists that nobody holds stay, so many with so many rows together; those that were used longest ago go first, and that
   * of the last use never.
   */
  readonly kept: { readonly lists: number; readonly rows: number };
}

/** A kind of live row of which there are few: the service sends all of them, when any changed. */
export interface WholeKind<Row = unknown> {
  readonly kind: 'whole';
  readonly topic: string;
  readonly shape: Shape;
  /** Rows of more than this are not believed. */
  readonly most: number;
  /** For types alone. */
  readonly row?: Row;
}

/** What the type of a topic of the service says. */
interface TopicType {
  readonly name: string;
  view(row: never, user: never): unknown;
}
type RowOf<Topic extends TopicType> = ReturnType<Topic['view']>;
type RowOfRows<Topic extends TopicType> = RowOf<Topic> & KeyedRow;

type ParentOption<Row extends KeyedRow, Parent extends KeyedRow> = Omit<
  ParentOf<Row>,
  'kind' | 'size' | 'shownOf'
> & {
  readonly kind: RowKind<Parent>;
  readonly size?: (parent: Parent) => number;
  readonly shownOf?: (parent: Parent) => number | null;
};

/** A kind of the rows of a topic of the service; with the topic's type, which names it and says what its rows are. */
export function rowKind<Topic extends TopicType, Parent extends KeyedRow = never>(
  kind: Omit<RowKind<RowOfRows<Topic>>, 'kind' | 'topic' | 'parent'> & {
    readonly topic: Topic['name'];
    readonly parent?: ParentOption<RowOfRows<Topic>, Parent>;
  },
): RowKind<RowOfRows<Topic>> {
  return { ...kind, kind: 'rows' };
}

/** The same for a topic that is sent as a whole. */
export function wholeKind<Topic extends TopicType>(
  kind: Omit<WholeKind<RowOf<Topic>>, 'kind' | 'topic' | 'row'> & { readonly topic: Topic['name'] },
): WholeKind<RowOf<Topic>> {
  return { ...kind, kind: 'whole' };
}

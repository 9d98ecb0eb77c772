import type { KeyedRow } from './liveKind.ts';

/** The rows of one list that a collection holds. */
export class HeldList<Row extends KeyedRow> {
  readonly #newestFirst: boolean;
  readonly #most: number;
  #rows: Map<number, Row>;
  #inOrder: readonly Row[] | undefined;

  /** Whether the feed has told of changes ever since it came. */
  isFollowed = true;
  /** Whether the service has more rows than were asked for. */
  hasMore: boolean;
  /** The lowest id that was listed, where the service has more below it that were not asked for. */
  readonly #lowest: number | undefined;
  /** What its parent said of its size when it was listed; undefined where no parent says one. */
  size: number | undefined;

  constructor(
    { newestFirst, mostOfAList }: { readonly newestFirst: boolean; readonly mostOfAList: number },
    rows: Map<number, Row>,
    { hasMore, lowest }: { readonly hasMore: boolean; readonly lowest: number | undefined },
  ) {
    this.#newestFirst = newestFirst;
    this.#most = mostOfAList;
    this.#rows = rows.size <= mostOfAList ? rows : highest(rows, mostOfAList);
    this.hasMore = hasMore;
    this.#lowest = lowest;
  }

  get count(): number {
    return this.#rows.size;
  }

  get ids(): Iterable<number> {
    return this.#rows.keys();
  }

  /** In the order of the list. */
  get rows(): readonly Row[] {
    this.#inOrder ??= [...this.#rows.values()].sort((a, b) =>
      this.#newestFirst ? b.id - a.id : a.id - b.id,
    );
    return this.#inOrder;
  }

  get(id: number): Row | undefined {
    return this.#rows.get(id);
  }

  /** Whether a row is of those that were not asked for. */
  isBeyond(id: number): boolean {
    return this.#lowest !== undefined && id < this.#lowest;
  }

  /** Takes a row in; returns those that make room for it, which can be the row itself. */
  set(row: Row): readonly Row[] {
    this.#rows.set(row.id, row);
    this.#inOrder = undefined;
    if (this.#rows.size <= this.#most) return [];
    const lowest = [...this.#rows.values()].reduce((a, b) => (a.id < b.id ? a : b));
    this.#rows.delete(lowest.id);
    return [lowest];
  }

  delete(id: number): boolean {
    this.#inOrder = undefined;
    return this.#rows.delete(id);
  }
}

function highest<Row extends KeyedRow>(rows: ReadonlyMap<number, Row>, most: number): Map<number, Row> {
  const ids = [...rows.keys()].sort((a, b) => a - b).slice(-most);
  return new Map([...rows].filter(([id]) => id >= (ids[0] ?? 0)));
}

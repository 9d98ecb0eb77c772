/** What became of the rows of a collection at once, so that only that is drawn again. */
export interface RowChanges {
  /** Ids of rows that came into a list that was held, or are other ones now. */
  readonly rows: ReadonlySet<number>;
  /** Ids of rows that the service has no more, whether they were held or not. */
  readonly gone: ReadonlySet<number>;
  /** Lists of which a row came, changed or went. */
  readonly lists: ReadonlySet<number>;
  /** Lists in which rows came or went, and that came themselves. */
  readonly members: ReadonlySet<number>;
  /** Lists that were asked for and have come, changed or not. */
  readonly listed: ReadonlySet<number>;
  /** Lists that are not held any more. */
  readonly dropped: ReadonlySet<number>;
  /** Whether more may have changed than is said here: whatever is known besides of any row may be old. */
  readonly isOutdated: boolean;
}

/** {@link RowChanges} that are being gathered. */
export class GatheredChanges implements RowChanges {
  readonly rows = new Set<number>();
  readonly gone = new Set<number>();
  readonly lists = new Set<number>();
  readonly members = new Set<number>();
  readonly listed = new Set<number>();
  readonly dropped = new Set<number>();
  isOutdated = false;

  get isEmpty(): boolean {
    return (
      !this.isOutdated &&
      [this.rows, this.gone, this.lists, this.members, this.listed, this.dropped].every(
        ({ size }) => size === 0,
      )
    );
  }
}

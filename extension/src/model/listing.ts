import type { KeyedRow } from './liveKind.ts';

/**
 * Rows that were asked for and have not all come. An answer is a look at one moment: what the feed says meanwhile is newer,
 * or it will say so again.
 */
export class Listing<Row extends KeyedRow> {
  /** The list that was asked for; undefined for rows that were asked for by their ids. */
  readonly of: number | undefined;
  /** What the feed has said since it was asked for, by id; undefined for a row that is gone. */
  readonly #since = new Map<number, Row | undefined>();
  readonly #most: number;
  /** The feed has left out what it had to say: what is asked for here may lack it. */
  isOutdated = false;

  /** Of more than `most` rows that the feed names meanwhile nothing is remembered: the answer is then outdated. */
  constructor(of: number | undefined, most: number) {
    this.of = of;
    this.#most = most;
  }

  /** The feed says something of a row; undefined where it is gone. */
  note(id: number, row: Row | undefined): void {
    if (this.isOutdated) return;
    this.#since.set(id, row);
    if (this.#since.size <= this.#most) return;
    this.isOutdated = true;
    this.#since.clear();
  }

  /** The rows that came, as they are by now. */
  settle(came: ReadonlyMap<number, Row>): Map<number, Row> {
    const rows = new Map<number, Row>();
    for (const [id, row] of came) {
      const newer = this.#since.has(id) ? this.#since.get(id) : row;
      if (newer !== undefined) rows.set(id, newer);
    }
    if (this.of === undefined) return rows;
    for (const [id, row] of this.#since) if (row !== undefined) rows.set(id, row);
    return rows;
  }
}

/** The row that is held when the other one is equal to it: then nothing has changed. Rows are plain data. */
export function sameAs<Row>(held: Row | undefined, row: Row): Row {
  return held !== undefined && JSON.stringify(held) === JSON.stringify(row) ? held : row;
}

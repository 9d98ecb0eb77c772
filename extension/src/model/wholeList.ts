import { Emitter } from '../platform/emitter.ts';

/** The rows of a kind of which there are so few that the service sends all of them. */
export class WholeList<Row> {
  readonly #changed = new Emitter<void>();
  #rows: readonly Row[] | undefined;
  #isTold = true;

  readonly onDidChange = this.#changed.event;

  /** Undefined before the service has said them. */
  get rows(): readonly Row[] | undefined {
    return this.#rows;
  }

  /** Takes in what the feed says; undefined forgets all. */
  hear(rows: readonly Row[] | undefined): void {
    if (rows === this.#rows) return;
    this.#rows = rows;
    this.#isTold = false;
  }

  /** Tells of what came; says whether anything did. */
  tell(): boolean {
    if (this.#isTold) return false;
    this.#isTold = true;
    this.#changed.fire();
    return true;
  }
}

import { Emitter } from '../platform/emitter.ts';

/** The rows of a kind of which there are so few that the service sends all of them. */
export class WholeList<Row> {
  readonly #changed = new Emitter<void>();
  #rows: readonly Row[] | undefined;
  #isTold = true;
  #isOld = false;

  readonly onDidChange = this.#changed.event;

  /** Undefined before the service has said them. */
  get rows(): readonly Row[] | undefined {
    return this.#rows;
  }

  /** The same while the feed tells of changes; undefined where they may be old. */
  get currentRows(): readonly Row[] | undefined {
    return this.#isOld ? undefined : this.#rows;
  }

  /** Nothing tells of changes any more, until something is heard again. */
  age(): void {
    this.#isOld = true;
  }

  /** Takes in what the feed says; undefined forgets all. */
  hear(rows: readonly Row[] | undefined): void {
    this.#isOld = false;
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

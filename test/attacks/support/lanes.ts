/**
 * Several of a kind, each of which is for one test at a time: tests that wait for containers mostly run beside each other,
 * and each is still measured alone.
 */
export class Lanes<T> {
  readonly all: readonly T[];
  readonly #free: T[];
  readonly #waiting: ((lane: T) => void)[] = [];

  constructor(all: readonly T[]) {
    this.all = all;
    this.#free = [...all];
  }

  /** Does something with one of them, as soon as one is free. */
  async use<R>(work: (lane: T) => Promise<R>): Promise<R> {
    const lane = this.#free.pop() ?? (await new Promise<T>((resolve) => this.#waiting.push(resolve)));
    try {
      return await work(lane);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(lane);
      else next(lane);
    }
  }
}

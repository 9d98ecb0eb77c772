/**
 * Finds many patterns in one pass over bytes (Aho and Corasick 1975), as a table: one look-up for each byte, whatever
 * the number of patterns. States are numbers, 0 is the start.
 */
export class PatternAutomaton {
  /** Bytes that no pattern has are one class, 0, so that the table stays small. */
  readonly #classOf = new Uint16Array(256);
  readonly #classes: number;
  readonly #next: Uint32Array;
  readonly #depth: Uint32Array;
  readonly #live: Uint32Array;
  readonly #longest: Uint32Array;
  readonly isEmpty: boolean;

  constructor(patterns: readonly Uint8Array[]) {
    this.isEmpty = patterns.length === 0;
    this.#classes = classify(patterns, this.#classOf);
    const most = 1 + patterns.reduce((sum, pattern) => sum + pattern.length, 0);
    this.#next = new Uint32Array(most * this.#classes);
    this.#depth = new Uint32Array(most);
    this.#live = new Uint32Array(most);
    this.#longest = new Uint32Array(most);
    this.#addFailures(this.#addPatterns(patterns));
  }

  /** The state after more bytes, those from `from` on. Tells where patterns end in them, and the longest that does. */
  scan(bytes: Uint8Array, from: number, state: number, found: (end: number, length: number) => void): number {
    // The one loop that sees every byte of every log: constants in reach, no calls.
    const next = this.#next;
    const classOf = this.#classOf;
    const classes = this.#classes;
    const longest = this.#longest;
    let at = state;
    for (let index = from; index < bytes.length; index++) {
      at = next[at * classes + (classOf[bytes[index] ?? 0] ?? 0)] ?? 0;
      const length = longest[at] ?? 0;
      if (length > 0) found(index + 1, length);
    }
    return at;
  }

  /** How many of the last bytes may be the beginning of a pattern that is not complete. */
  liveBytes(state: number): number {
    return this.#live[state] ?? 0;
  }

  /** Makes the tree of all patterns. Returns how many states there are. */
  #addPatterns(patterns: readonly Uint8Array[]): number {
    let states = 1;
    for (const pattern of patterns) {
      let state = 0;
      for (const byte of pattern) {
        const at = state * this.#classes + (this.#classOf[byte] ?? 0);
        if (this.#next[at] === 0) {
          this.#next[at] = states;
          this.#depth[states] = (this.#depth[state] ?? 0) + 1;
          states += 1;
        }
        state = this.#next[at] ?? 0;
      }
      this.#longest[state] = pattern.length;
    }
    return states;
  }

  /** Where the tree does not go on: the state of the longest shorter beginning. In order of depth. */
  #addFailures(states: number): void {
    const failure = new Uint32Array(states);
    const queue = [0];
    for (const state of queue) {
      // Unless the tree goes on from here.
      this.#live[state] = state === 0 ? 0 : this.liveBytes(failure[state] ?? 0);
      for (let byteClass = 0; byteClass < this.#classes; byteClass++) {
        const at = state * this.#classes + byteClass;
        const shorter =
          state === 0 ? 0 : (this.#next[(failure[state] ?? 0) * this.#classes + byteClass] ?? 0);
        const child = this.#next[at] ?? 0;
        if (child === 0) this.#next[at] = shorter;
        else {
          this.#live[state] = this.#depth[state] ?? 0;
          failure[child] = shorter;
          // A pattern that ends here is longer than any that ends at its failure, which is a part of it.
          if (this.#longest[child] === 0) this.#longest[child] = this.#longest[shorter] ?? 0;
          queue.push(child);
        }
      }
    }
  }
}

function classify(patterns: readonly Uint8Array[], classOf: Uint16Array): number {
  let classes = 1;
  for (const pattern of patterns) {
    for (const byte of pattern) if (classOf[byte] === 0) classOf[byte] = classes++;
  }
  return classes;
}

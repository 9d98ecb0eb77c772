/**
 * Bounds how often a secret may be tried: at most `limit` failures per `windowMs`, over all callers, since a guesser
 * can come from many addresses. With eight characters of base 32 and 20 tries a minute a code that lives ten minutes
 * is guessed with a chance of 2 in 10 billion.
 */
export class AttemptLimit {
  readonly #limit: number;
  readonly #windowMs: number;
  #failures: number[] = [];

  constructor(limit = 20, windowMs = 60_000) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** Whether another try is permitted at this moment (`now` in milliseconds). */
  permits(now: number): boolean {
    this.#failures = this.#failures.filter((at) => at > now - this.#windowMs);
    return this.#failures.length < this.#limit;
  }

  recordFailure(now: number): void {
    this.#failures.push(now);
  }
}

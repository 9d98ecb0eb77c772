/** How far a scan is, for who waits for it. */
export class ScanProgress {
  #listed: number | null = null;
  #fetched = 0;
  #toGo = 0;
  #steps = 0;
  #gotOnAt = performance.now();

  /** How many repositories the host has; null while it has not said that. */
  get listed(): number | null {
    return this.#listed;
  }

  /** How many had moved and have been fetched, or said why they cannot be. */
  get fetched(): number {
    return this.#fetched;
  }

  /** How many are still to be looked at, or fetched. */
  get toGo(): number {
    return this.#toGo;
  }

  /** How many times it has got on: a fetch that failed is no step forward. */
  get steps(): number {
    return this.#steps;
  }

  /** When it last got on, by this process's own clock. */
  get gotOnAt(): number {
    return this.#gotOnAt;
  }

  hasListed(count: number): void {
    this.#listed = count;
    this.#toGo = count;
    this.#getsOn();
  }

  /** One is done: it had not moved, was fetched, or could not be. */
  isDone(how: 'same' | 'fetched' | 'failed'): void {
    this.#toGo -= 1;
    if (how !== 'same') this.#fetched += 1;
    if (how !== 'failed') this.#getsOn();
  }

  #getsOn(): void {
    this.#steps += 1;
    this.#gotOnAt = performance.now();
  }
}

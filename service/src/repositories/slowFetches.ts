/** How long fetches of one scan may take, in milliseconds. */
export interface FetchTimes {
  /** Each repository that has moved, or came new; most are within a second. */
  readonly quickMs: number;
  /** All that were not, one after the other when all others are done. */
  readonly slowMs: number;
}

export const standardTimes: FetchTimes = { quickMs: 20_000, slowMs: 5 * 60_000 };

/** A fetch that failed is not tried again for so many times what it took, so that it takes a small part of the time. */
const restFactor = 10;

/**
 * Remembers which fetches took too long: a repository that cannot be fetched in the time that one may take is left alone for
 * a while, unless it has moved. Kept in memory: after a start each is tried once.
 */
export class SlowFetches {
  readonly #resting = new Map<number, { readonly fingerprint: string; readonly until: number }>();

  /** Whether it may be fetched at length. */
  mayTry(repositoryId: number, fingerprint: string): boolean {
    const rest = this.#resting.get(repositoryId);
    return rest === undefined || rest.fingerprint !== fingerprint || performance.now() > rest.until;
  }

  /** It could not be fetched in this time. */
  failed(repositoryId: number, fingerprint: string, tookMs: number): void {
    this.#resting.set(repositoryId, { fingerprint, until: performance.now() + restFactor * tookMs });
  }

  succeeded(repositoryId: number): void {
    this.#resting.delete(repositoryId);
  }
}

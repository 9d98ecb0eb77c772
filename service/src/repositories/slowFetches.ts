/** A repository that has just moved, or came new, is fetched within this, in milliseconds; most are within a second. */
export const quickFetchMs = 20_000;

/** What a scan spends on those that were not, one after the other when all others are done, in milliseconds. */
export const slowFetchesMs = 5 * 60_000;

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

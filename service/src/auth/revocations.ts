import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { revokedAmong } from './tokens.ts';

/** Hints can be lost: revoked tokens are looked for this often besides. */
const pollMs = 5000;

/** Closes the open connections of tokens that are revoked, so that revoking works at once. */
export class Revocations {
  readonly #closers = new Map<number, Set<() => void>>();

  /** Calls `close` when the token is revoked, until disposed. */
  watch(tokenId: number, close: () => void): Disposable {
    const closers = this.#closers.get(tokenId) ?? new Set();
    closers.add(close);
    this.#closers.set(tokenId, closers);
    return {
      [Symbol.dispose]: () => {
        closers.delete(close);
        if (closers.size === 0) this.#closers.delete(tokenId);
      },
    };
  }

  /** Looks at each hint and every five seconds, until the signal aborts. */
  async enforce(database: Database, hints: Hints, logger: Logger, signal: AbortSignal): Promise<void> {
    using listener = hints.listen('tokens');
    while (!signal.aborted) {
      try {
        for (const tokenId of await revokedAmong(database, [...this.#closers.keys()])) {
          logger.info({ tokenId }, 'closing the connections of a revoked token');
          for (const close of this.#closers.get(tokenId) ?? []) close();
        }
      } catch (error) {
        if (!isTransientDatabaseError(error)) throw error;
        logger.warn({ err: error }, 'could not look for revoked tokens; trying again');
      }
      await listener.next(pollMs, signal);
    }
  }
}

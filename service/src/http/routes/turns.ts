import { FlotillaError } from '@flotilla/shared/errors';

export interface TurnLimits {
  /** So many answers at once for one user. */
  readonly perUser: number;
  /** So many for all users. */
  readonly inAll: number;
  /** So many requests of one user may wait: a review of many files asks for all of them at once. */
  readonly waitingPerUser: number;
}

interface Waiting {
  readonly userId: number;
  readonly begin: () => void;
}

/**
 * Lets few answers be made and sent at a time, of each user and in all, and the others wait, in their order: a user who does
 * not read what he asked for holds up himself.
 */
export class Turns {
  readonly #limits: TurnLimits;
  readonly #taken = new Map<number, number>();
  #waiting: Waiting[] = [];
  #inAll = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /**
   * Waits for a turn; disposing ends it. Throws `unavailable` when too many of the user wait, and the signal's reason when
   * it aborts.
   */
  async take(userId: number, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (!this.#mayBegin(userId)) {
      if (this.#waiting.filter((one) => one.userId === userId).length >= this.#limits.waitingPerUser) {
        throw new FlotillaError(
          'unavailable',
          `You have asked for more than ${this.#limits.waitingPerUser} files at once. Wait for those, and ask again.`,
        );
      }
      await this.#wait(userId, signal);
    } else this.#count(userId, 1);
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        this.#count(userId, -1);
        this.#beginNext();
      },
    };
  }

  async #wait(userId: number, signal: AbortSignal): Promise<void> {
    const begun = Promise.withResolvers<void>();
    const waiting = { userId, begin: begun.resolve };
    const leave = () => {
      this.#waiting = this.#waiting.filter((one) => one !== waiting);
      begun.reject(signal.reason);
    };
    this.#waiting.push(waiting);
    signal.addEventListener('abort', leave, { once: true });
    try {
      await begun.promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** A turn is counted by whoever gives it, so that nobody takes it in between. */
  #beginNext(): void {
    for (;;) {
      const index = this.#waiting.findIndex(({ userId }) => this.#mayBegin(userId));
      const [next] = index === -1 ? [] : this.#waiting.splice(index, 1);
      if (next === undefined) return;
      this.#count(next.userId, 1);
      next.begin();
    }
  }

  #mayBegin(userId: number): boolean {
    return this.#inAll < this.#limits.inAll && (this.#taken.get(userId) ?? 0) < this.#limits.perUser;
  }

  #count(userId: number, change: 1 | -1): void {
    this.#inAll += change;
    const taken = (this.#taken.get(userId) ?? 0) + change;
    if (taken === 0) this.#taken.delete(userId);
    else this.#taken.set(userId, taken);
  }
}

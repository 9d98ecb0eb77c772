/** What a lane lets through. */
export interface LaneWidth {
  /** How many programs run in it at once. */
  readonly slots: number;
  /** How many of them may be one owner's, so that nobody takes them all. */
  readonly perOwner: number;
}

interface Waiting {
  readonly owner: string | undefined;
  readonly enter: () => void;
}

/**
 * Slots for programs of one purpose. Whoever waits is let in by owner in turn, so that one with a thousand requests holds up
 * another by no more than one; what has no owner is of one that may take all slots.
 */
export class Lane {
  readonly #width: LaneWidth;
  readonly #running = new Map<string | undefined, number>();
  /** By owner; the one whose turn it is first. */
  readonly #waiting = new Map<string | undefined, Set<Waiting>>();
  #used = 0;

  constructor(width: LaneWidth) {
    this.#width = width;
  }

  /** Waits for a slot, which is free again when it is disposed. Throws the reason of the signal when that aborts first. */
  async enter(owner?: string, signal?: AbortSignal): Promise<Disposable> {
    signal?.throwIfAborted();
    const entered = Promise.withResolvers<void>();
    const waiting: Waiting = { owner, enter: entered.resolve };
    const leave = () => {
      if (this.#forget(waiting)) entered.reject(signal?.reason);
    };
    this.#enqueue(waiting);
    signal?.addEventListener('abort', leave, { once: true });
    this.#admit();
    try {
      await entered.promise;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
    const slot = new DisposableStack();
    slot.defer(() => this.#leave(owner));
    return slot;
  }

  #enqueue(waiting: Waiting): void {
    const queue = this.#waiting.get(waiting.owner) ?? new Set();
    queue.add(waiting);
    this.#waiting.set(waiting.owner, queue);
  }

  /** Takes one out of the queue; false when it is in no more. */
  #forget(waiting: Waiting): boolean {
    const queue = this.#waiting.get(waiting.owner);
    if (queue?.delete(waiting) !== true) return false;
    if (queue.size === 0) this.#waiting.delete(waiting.owner);
    return true;
  }

  #admit(): void {
    for (const [owner, queue] of this.#waiting) {
      if (this.#used >= this.#width.slots) return;
      if (!this.#mayEnter(owner)) continue;
      const [first] = queue;
      if (first === undefined) continue;
      // The next one of this owner waits behind all the others.
      this.#waiting.delete(owner);
      queue.delete(first);
      if (queue.size > 0) this.#waiting.set(owner, queue);
      this.#used += 1;
      this.#running.set(owner, this.#runningOf(owner) + 1);
      first.enter();
    }
  }

  #mayEnter(owner: string | undefined): boolean {
    return owner === undefined || this.#runningOf(owner) < this.#width.perOwner;
  }

  #leave(owner: string | undefined): void {
    this.#used -= 1;
    const running = this.#runningOf(owner) - 1;
    if (running === 0) this.#running.delete(owner);
    else this.#running.set(owner, running);
    this.#admit();
  }

  #runningOf(owner: string | undefined): number {
    return this.#running.get(owner) ?? 0;
  }
}

/** A Job that holds its slot longer than this is not short, in milliseconds. */
const shortMs = 10_000;
/** The last Jobs that say whether Jobs are short now. */
const remembered = 9;

/** What one Job has of a runner's slots, from its claim until its containers have ended. */
export interface Place {
  /**
   * Waits for a slot. False when the Job has to be given back: none came free for 10 s, or the runner drains and all
   * are taken. Rejects with the signal's reason.
   */
  take(signal: AbortSignal): Promise<boolean>;
  /**
   * Passes the slot on, while its container is about to end (its output has). Of such there are at most as many as
   * slots: when there are, the Job keeps its slot until it leaves.
   */
  pass(): void;
  /** Gives up the slot, or the wait for one. Only the first call counts. */
  leave(): void;
}

interface Waiter {
  readonly place: object;
  readonly answer: (taken: boolean) => void;
}

/**
 * How many Jobs may have containers at once, and how many more may be claimed ahead and prepared: one per slot whose
 * Job is expected to end soon, so that no Job sits here while another runner has nothing to do.
 */
export class Slots {
  readonly #capacity: number;
  readonly #onRoom: () => void;
  readonly #now: () => number;
  readonly #places = new Set<object>();
  /** When each slot was taken. */
  readonly #taken = new Map<object, number>();
  /** Those that have passed their slots on, and have not left. */
  readonly #ending = new Set<object>();
  #waiting: Waiter[] = [];
  #heldMs: number[] = [];
  #draining = false;

  /** `onRoom` is called when there may be room for another claim: behind a slot that was taken, passed on or left. */
  constructor(capacity: number, onRoom: () => void, now: () => number = () => performance.now()) {
    this.#capacity = capacity;
    this.#onRoom = onRoom;
    this.#now = now;
  }

  /** How many Jobs may be claimed now. */
  get room(): number {
    return Math.max(0, this.#capacity + this.#ahead() + this.#ending.size - this.#places.size);
  }

  /** While a runner drains, what has not begun is not waited for. */
  set draining(draining: boolean) {
    this.#draining = draining;
    if (!draining) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { answer } of waiting) answer(false);
  }

  /** For a Job that was claimed. */
  enter(): Place {
    const place = {};
    this.#places.add(place);
    return {
      take: (signal) => this.#take(place, signal),
      pass: () => this.#pass(place),
      leave: () => this.#leave(place),
    };
  }

  #ahead(): number {
    if (this.#draining || this.#heldMs.length === 0 || median(this.#heldMs) >= shortMs) return 0;
    const now = this.#now();
    return [...this.#taken.values()].filter((takenAt) => now - takenAt < shortMs).length;
  }

  async #take(place: object, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    if (this.#taken.size < this.#capacity) {
      this.#taken.set(place, this.#now());
      this.#onRoom();
      return true;
    }
    if (this.#draining) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiter: Waiter = { place, answer: resolve };
    const giveUp = () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      resolve(false);
    };
    this.#waiting.push(waiter);
    const timer = setTimeout(giveUp, shortMs);
    signal.addEventListener('abort', giveUp, { once: true });
    const taken = await promise;
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    if (!taken) signal.throwIfAborted();
    return taken;
  }

  #pass(place: object): void {
    if (!this.#taken.has(place) || this.#ending.size >= this.#capacity) return;
    this.#ending.add(place);
    this.#free(place);
    this.#onRoom();
  }

  #leave(place: object): void {
    if (!this.#places.delete(place)) return;
    this.#ending.delete(place);
    this.#waiting = this.#waiting.filter((waiter) => waiter.place !== place);
    this.#free(place);
    this.#onRoom();
  }

  /** Gives a slot that was taken to the one that waits for the longest time. */
  #free(place: object): void {
    const takenAt = this.#taken.get(place);
    if (takenAt === undefined) return;
    this.#taken.delete(place);
    this.#heldMs = [...this.#heldMs, this.#now() - takenAt].slice(-remembered);
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#taken.set(next.place, this.#now());
    next.answer(true);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

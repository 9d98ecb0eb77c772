import type { Disposable } from './disposables.ts';

/**
 * Collects items and hands them on together: at once when the last time is long enough ago, else when it will be. So
 * a single change shows at once, and a storm of them costs at most one refresh per interval.
 */
export class Coalescer<T> implements Disposable {
  readonly #intervalMs: () => number;
  readonly #flush: (items: ReadonlySet<T>) => void;
  #items = new Set<T>();
  #lastFlush = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(intervalMs: number | (() => number), flush: (items: ReadonlySet<T>) => void) {
    this.#intervalMs = typeof intervalMs === 'number' ? () => intervalMs : intervalMs;
    this.#flush = flush;
  }

  add(items: Iterable<T>): void {
    for (const item of items) this.#items.add(item);
    if (this.#items.size === 0 || this.#timer !== undefined) return;
    const waitMs = Math.max(0, this.#lastFlush + this.#intervalMs() - performance.now());
    this.#timer = setTimeout(() => this.#handOn(), waitMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#items.clear();
  }

  #handOn(): void {
    const items = this.#items;
    this.#items = new Set();
    this.#timer = undefined;
    this.#lastFlush = performance.now();
    this.#flush(items);
  }
}

import type { Disposable } from '../platform/disposables.ts';

/** A timeline that is looked at is read again so often: its open bars grow, and its end may be news. */
export const againMs = 2000;

/**
 * The open timelines whose Attempts live. Those that are shown are read again by time: the feed says nothing while a Step
 * runs, and names no Attempt whose Job the window does not hold.
 */
export class LiveTimelines implements Disposable {
  readonly #isShown: (key: string) => boolean;
  readonly #refresh: (keys: readonly string[]) => void;
  readonly #live = new Set<string>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(isShown: (key: string) => boolean, refresh: (keys: readonly string[]) => void) {
    this.#isShown = isShown;
    this.#refresh = refresh;
  }

  /** Says whether the Attempt of a timeline lived when it was read. */
  set(key: string, isLive: boolean): void {
    if (isLive) this.#live.add(key);
    else this.#live.delete(key);
    this.#tick();
  }

  /** The timeline was closed. */
  delete(key: string): void {
    this.set(key, false);
  }

  /** Reads again now what is shown. */
  look(): void {
    const shown = [...this.#live].filter((key) => this.#isShown(key));
    if (shown.length > 0) this.#refresh(shown);
  }

  dispose(): void {
    this.#live.clear();
    this.#tick();
  }

  #tick(): void {
    if (this.#live.size > 0) {
      this.#timer ??= setInterval(() => this.look(), againMs);
    } else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}

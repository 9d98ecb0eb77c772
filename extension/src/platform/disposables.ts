/** Something that must be let go. The same shape as VS Code's, so that pure modules need not import it. */
export interface Disposable {
  dispose(): void;
}

/** Owns what is added to it, and lets all of it go in reverse order. What is added late is let go at once. */
export class Disposables implements Disposable {
  readonly #items = new Set<Disposable>();
  #disposed = false;

  /** Takes ownership, and hands the thing back. */
  own<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#items.add(item);
    return item;
  }

  dispose(): void {
    this.#disposed = true;
    const items = [...this.#items].reverse();
    this.#items.clear();
    for (const item of items) item.dispose();
  }
}

/** A Disposable that calls a function, once. */
export function onDispose(letGo: () => void): Disposable {
  let done = false;
  return {
    dispose() {
      if (done) return;
      done = true;
      letGo();
    },
  };
}

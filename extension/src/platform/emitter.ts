import { onDispose, type Disposable } from './disposables.ts';

/** An event of the model: like VS Code's, without needing VS Code. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event = (listener: (value: T) => void): Disposable => {
    // Wrapped, so that the same function can listen twice.
    const entry = (value: T) => listener(value);
    this.#listeners.add(entry);
    return onDispose(() => this.#listeners.delete(entry));
  };

  fire(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }
}

/** Lets one waiter go on early: `wake` ends the present wait, or the next one when nobody waits. */
export class WakeUp {
  #woken = false;
  #resolve: (() => void) | undefined;

  wake(): void {
    this.#woken = true;
    this.#resolve?.();
  }

  /** Resolves when woken, after `timeoutMs`, or when the signal aborts. */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#woken && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#resolve = resolve;
      const onAbort = () => resolve();
      const timer = setTimeout(resolve, timeoutMs);
      signal.addEventListener('abort', onAbort, { once: true });
      await promise;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.#resolve = undefined;
    }
    this.#woken = false;
  }
}

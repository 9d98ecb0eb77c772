import { sleep } from '@flotilla/launcher/sleep';
import type { Logger } from 'pino';
import { isTransientDatabaseError } from './db/transientErrors.ts';

/** Between two looks while the database is away, in milliseconds, at most. */
const awayMs = 1000;

export interface Looking {
  /**
   * Looks at these Executions, or at all. After a look at all it answers in how many milliseconds the next one is due at
   * the latest; null leaves that to {@link everyMs}.
   */
  readonly look: (asked: readonly number[], all: boolean) => Promise<number | null>;
  /** Between two looks at all, for what nobody asked about, such as what a replica left that died. */
  readonly everyMs: number;
  /** Rest after each look: what is asked about meanwhile is looked at together. */
  readonly restMs: number;
  readonly logger: Pick<Logger, 'warn'>;
  /** What is logged when the database is away. */
  readonly failed: string;
}

/** Gathers which Executions something may have changed for, and looks at them in one loop. Asking costs nothing. */
export class Looks {
  readonly #asked = new Set<number>();
  #all = false;
  #wake = new AbortController();

  /** Something about this Execution may have changed; null when it is enough to look at whatever is due. */
  ask(executionId: number | null): void {
    if (executionId === null) this.#all = true;
    else this.#asked.add(executionId);
    this.#wake.abort();
  }

  /** Looks until the signal aborts, at all first. What could not be looked at while the database was away is, later. */
  async run({ look, everyMs, restMs, logger, failed }: Looking, signal: AbortSignal): Promise<void> {
    // Monotonic time of the next look at all. It comes however often single Executions are asked about.
    let nextAllAt = performance.now();
    while (!signal.aborted) {
      await sleep(Math.max(0, nextAllAt - performance.now()), AbortSignal.any([signal, this.#wake.signal]));
      if (signal.aborted) return;
      this.#wake = new AbortController();
      const asked = [...this.#asked];
      this.#asked.clear();
      const all = this.#all || performance.now() >= nextAllAt;
      this.#all = false;
      try {
        const nextInMs = await look(asked, all);
        if (all) nextAllAt = performance.now() + Math.min(everyMs, nextInMs ?? everyMs);
      } catch (error) {
        if (!isTransientDatabaseError(error)) throw error;
        for (const executionId of asked) this.#asked.add(executionId);
        this.#all ||= all;
        logger.warn({ err: error }, failed);
        nextAllAt = performance.now() + Math.min(everyMs, awayMs);
      }
      if (restMs > 0) await sleep(restMs, signal);
    }
  }
}

import { sleep } from '@flotilla/launcher/sleep';
import type { Logger } from 'pino';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { admitJobs } from './queries/admitJobs.ts';
import { executionsToAdmit } from './queries/executionsToAdmit.ts';

/**
 * Makes held Jobs claimable when what held them is over: room below `maxParallel`, the end of a back-off, a resume. It
 * also pauses Executions whose failures have reached `maxFailures`. The claim itself stays one indexed statement.
 */
export class Admission {
  readonly #sql: Sql;
  readonly #hints: Hints;
  readonly #logger: Logger;
  readonly #asked = new Set<number>();
  #look = false;
  #wake = new AbortController();

  constructor(sql: Sql, hints: Hints, logger: Logger) {
    this.#sql = sql;
    this.#hints = hints;
    this.#logger = logger;
  }

  /** Something about this Execution has changed; null when it is enough to look at what is due. */
  look(executionId: number | null): void {
    if (executionId === null) this.#look = true;
    else this.#asked.add(executionId);
    this.#wake.abort();
  }

  /** Works until the signal aborts; whatever was missed, such as by a replica that died, is found every `everyMs`. */
  async run(everyMs: number, signal: AbortSignal): Promise<void> {
    // Monotonic time of the next look at everything. It comes however often single Executions are asked about.
    let nextLookAt = performance.now();
    while (!signal.aborted) {
      await sleep(Math.max(0, nextLookAt - performance.now()), AbortSignal.any([signal, this.#wake.signal]));
      if (signal.aborted) return;
      this.#wake = new AbortController();
      const asked = [...this.#asked];
      this.#asked.clear();
      const all = this.#look || performance.now() >= nextLookAt;
      this.#look = false;
      try {
        const due = all ? await executionsToAdmit(this.#sql) : undefined;
        const admitted = await this.#admit([...new Set([...asked, ...(due?.executionIds ?? [])])]);
        if (admitted > 0) this.#hints.publish('queue');
        if (due !== undefined) nextLookAt = performance.now() + Math.min(everyMs, due.nextInMs ?? everyMs);
      } catch (error) {
        if (!isTransientDatabaseError(error)) throw error;
        for (const executionId of asked) this.#asked.add(executionId);
        this.#look ||= all;
        this.#logger.warn({ err: error }, 'held jobs could not be looked at; trying again');
        nextLookAt = performance.now() + Math.min(everyMs, 1000);
      }
    }
  }

  async #admit(executionIds: readonly number[]): Promise<number> {
    let admitted = 0;
    for (const executionId of executionIds) admitted += await admitJobs(this.#sql, executionId);
    if (executionIds.length > 0) this.#hints.publish('changes');
    return admitted;
  }
}

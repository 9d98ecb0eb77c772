import type { Logger } from 'pino';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { Looks } from '../looks.ts';
import { admitJobs, defineAdmitJobs } from './queries/admitJobs.ts';
import { executionsToAdmit } from './queries/executionsToAdmit.ts';

/**
 * Makes held Jobs claimable when what held them is over: room below `maxParallel`, the end of a back-off, a resume. It
 * also pauses Executions whose failures have reached `maxFailures`. The claim itself stays one indexed statement.
 */
export class Admission {
  readonly #sql: Sql;
  readonly #hints: Hints;
  readonly #logger: Logger;
  readonly #looks = new Looks();

  private constructor(sql: Sql, hints: Hints, logger: Logger) {
    this.#sql = sql;
    this.#hints = hints;
    this.#logger = logger;
  }

  /** Makes the function in the database that it works by, where that is not there yet. */
  static async open(sql: Sql, hints: Hints, logger: Logger): Promise<Admission> {
    await defineAdmitJobs(sql);
    return new Admission(sql, hints, logger);
  }

  /** Something about this Execution has changed; null when it is enough to look at what is due. */
  look(executionId: number | null): void {
    this.#looks.ask(executionId);
  }

  /** Looks at an Execution now: for a caller that answers with it. */
  async admit(executionId: number): Promise<void> {
    await this.#admit([executionId]);
  }

  /** Works until the signal aborts; whatever was missed, such as by a replica that died, is found every `everyMs`. */
  async run(everyMs: number, signal: AbortSignal): Promise<void> {
    const failed = 'held jobs could not be looked at; trying again';
    const look = (asked: readonly number[], all: boolean) => this.#look(asked, all);
    await this.#looks.run({ look, everyMs, restMs: 0, logger: this.#logger, failed }, signal);
  }

  async #look(asked: readonly number[], all: boolean): Promise<number | null> {
    const due = all ? await executionsToAdmit(this.#sql) : undefined;
    const admitted = await this.#admit([...new Set([...asked, ...(due?.executionIds ?? [])])]);
    if (admitted > 0) this.#hints.publish('queue');
    return due?.nextInMs ?? null;
  }

  async #admit(executionIds: readonly number[]): Promise<number> {
    let admitted = 0;
    for (const executionId of executionIds) admitted += await admitJobs(this.#sql, executionId);
    if (executionIds.length > 0) this.#hints.publish('changes');
    return admitted;
  }
}

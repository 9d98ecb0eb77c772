import type { Fragment } from 'postgres';
import type { Logger } from 'pino';
import type { Sql } from '../../db/database.ts';
import type { Hints } from '../../db/hints.ts';
import { Looks } from '../../looks.ts';
import { endExecutions } from './queries/endExecutions.ts';

/** Between two looks, in milliseconds: with thousands of Jobs that end in a second, looks cost next to nothing. */
const restMs = 50;

/**
 * The one place where Executions end. Whatever may have ended the last Job of one asks for a look after its commit; a
 * look sees what was committed before, so that of Jobs that end at once the last one's look finds the end. A
 * replica that dies in between has its looks done by the others, or by its next process.
 */
export class Settlement {
  readonly #sql: Sql;
  readonly #hints: Pick<Hints, 'publish'>;
  readonly #logger: Logger;
  readonly #looks = new Looks();

  /** `sql` is a client whose statements find rows by index only, because looks are many. */
  constructor(sql: Sql, hints: Pick<Hints, 'publish'>, logger: Logger) {
    this.#sql = sql;
    this.#hints = hints;
    this.#logger = logger;
  }

  /** A Job of this Execution may have ended. */
  look(executionId: number): void {
    this.#looks.ask(executionId);
  }

  /** Marks the end of an Execution now, if its Jobs have ended: for a caller that answers with it. */
  settle(executionId: number): Promise<void> {
    return this.#end([executionId]);
  }

  /** Works until the signal aborts; what nobody asked about is looked at every `everyMs`. */
  async run(everyMs: number, signal: AbortSignal): Promise<void> {
    const look = async (asked: readonly number[], all: boolean) => {
      if (all || asked.length > 0) await this.#end(all ? 'all' : asked);
      return null;
    };
    const failed = 'the ends of executions could not be looked at; trying again';
    await this.#looks.run({ look, everyMs, restMs, logger: this.#logger, failed }, signal);
  }

  async #end(executions: 'all' | readonly number[]): Promise<void> {
    let which: Fragment = executions === 'all' ? this.#sql`true` : this.#in(executions);
    for (;;) {
      const { ended, changed } = await endExecutions(this.#sql, which);
      if (ended > 0) {
        this.#hints.publish('changes');
        this.#hints.publish('work');
      }
      if (changed.length === 0) return;
      which = this.#in(changed);
    }
  }

  #in(executionIds: readonly number[]): Fragment {
    return this.#sql`id in (
      select value::bigint from jsonb_array_elements_text(${this.#sql.json([...executionIds])}))`;
  }
}

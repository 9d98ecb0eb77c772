import type { Sql } from '../db/database.ts';
import { exchangePairingCode } from './pairing.ts';

/** Looks at pairing codes one after the other, so that strangers who try them take one connection to the database at most. */
export class PairingDesk {
  readonly #sql: Sql;
  #last: Promise<unknown> = Promise.resolve();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Exchanges a code for a user token. Throws `pairing.refused`. */
  exchange(code: string, client: string): ReturnType<typeof exchangePairingCode> {
    const exchange = () => exchangePairingCode(this.#sql, code, client);
    const answer = this.#last.then(exchange, exchange);
    this.#last = answer;
    return answer;
  }
}

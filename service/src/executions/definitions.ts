import type { Definition } from '@flotilla/shared/definition/definition';
import type { Sql } from '../db/database.ts';

/** So many Executions run at the same time before their Definitions are read again. */
const most = 1000;

/** The Definitions of Executions, kept in this replica: they never change. */
export class Definitions {
  readonly #select: (executionId: number) => Promise<Definition>;
  readonly #read = new Map<number, Promise<Definition>>();

  constructor(sql: Sql) {
    this.#select = (executionId) => selectDefinition(sql, executionId);
  }

  of(executionId: number): Promise<Definition> {
    const kept = this.#read.get(executionId);
    if (kept !== undefined) return kept;
    const [oldest] = this.#read.keys();
    if (this.#read.size >= most && oldest !== undefined) this.#read.delete(oldest);
    const reading = this.#select(executionId);
    this.#read.set(executionId, reading);
    // What could not be read is asked for again.
    reading.catch(() => this.#read.delete(executionId));
    return reading;
  }
}

async function selectDefinition(sql: Sql, executionId: number): Promise<Definition> {
  const [row] = await sql<{ definition: Definition }[]>`
    select definition from executions where id = ${executionId}`;
  if (row === undefined) throw new Error(`execution ${executionId} has no definition`);
  return row.definition;
}

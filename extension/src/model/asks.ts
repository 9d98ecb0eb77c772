import type { ChangedRows } from './modelState.ts';

/** Ids that the feed has named since a list was asked for. */
export interface Ask {
  readonly executions: Set<number>;
  readonly jobs: Set<number>;
  readonly attempts: Set<number>;
  /** Executions. */
  readonly removed: Set<number>;
}

/** The lists that are under way. A list is a look at one moment; what the feed says meanwhile may be newer. */
export class Asks {
  readonly #underWay = new Set<Ask>();

  /**
   * Takes in a list, with what the feed has named since it was asked for. One that became outdated meanwhile is asked
   * for again.
   */
  async list<T>(query: () => Promise<T>, take: (list: T, since: Ask) => void): Promise<void> {
    for (;;) {
      const ask: Ask = { executions: new Set(), jobs: new Set(), attempts: new Set(), removed: new Set() };
      this.#underWay.add(ask);
      try {
        const list = await query();
        if (this.#underWay.has(ask)) return take(list, ask);
      } finally {
        this.#underWay.delete(ask);
      }
    }
  }

  record(changes: ChangedRows): void {
    for (const ask of this.#underWay) {
      for (const { id } of changes.executions) ask.executions.add(id);
      for (const { id } of changes.jobs) ask.jobs.add(id);
      for (const { id } of changes.attempts) ask.attempts.add(id);
      for (const id of changes.removed) ask.removed.add(id);
    }
  }

  /** The feed leaves out what it had to say until now: what is under way may lack it. */
  outdate(): void {
    this.#underWay.clear();
  }
}

import type { Phase } from '@flotilla/shared/protocol/runnerMessages';
import { steadyClock } from '../../steadyClock.ts';

/** What an Attempt's time went to, in the order in which the phases began. */
export class Phases {
  readonly #now = steadyClock();
  #phases: Phase[] = [];

  get all(): readonly Phase[] {
    return this.#phases;
  }

  /** Begins a phase; disposing what it returns ends it. */
  begin(name: Phase['name']): Disposable {
    const index = this.#phases.length;
    const phase: Phase = { name, startedAt: this.#now(), endedAt: null };
    this.#phases.push(phase);
    return {
      [Symbol.dispose]: () => {
        this.#phases[index] = { ...phase, endedAt: this.#now() };
      },
    };
  }
}

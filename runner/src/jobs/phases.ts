import type { Phase } from '@flotilla/shared/protocol/runnerMessages';

/** What an Attempt's time went to, in the order in which the phases began. */
export class Phases {
  #phases: Phase[] = [];

  get all(): readonly Phase[] {
    return this.#phases;
  }

  /** Begins a phase; disposing what it returns ends it. */
  begin(name: Phase['name']): Disposable {
    const index = this.#phases.length;
    const phase: Phase = { name, startedAt: Date.now(), endedAt: null };
    this.#phases.push(phase);
    return {
      [Symbol.dispose]: () => {
        this.#phases[index] = { ...phase, endedAt: Date.now() };
      },
    };
  }
}

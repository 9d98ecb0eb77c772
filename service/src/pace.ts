import { setImmediate } from 'node:timers/promises';

/** How long one piece of work may keep everybody else waiting, in milliseconds. */
const sliceMs = 10;

/** Keeps long work in slices, so that whatever else the process does goes on in between. */
export class Pace {
  #since = performance.now();

  /** Whether a slice is over: then rest. */
  isOver(): boolean {
    return performance.now() - this.#since > sliceMs;
  }

  /** Lets everything else have its turn. */
  async rest(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
  }
}

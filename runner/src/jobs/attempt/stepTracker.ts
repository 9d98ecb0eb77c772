import type { ClaimedStep } from '@flotilla/shared/definition/stepDefinition';
import type { StepProgress } from '@flotilla/shared/protocol/runnerMessages';
import { steadyClock } from '../../steadyClock.ts';

/**
 * How far the Steps of an Attempt are. Every report is the whole list, so that none depends on another, and waits for the
 * one before it: of two on their way together the older one could be stored last.
 */
export class StepTracker {
  #steps: StepProgress[];
  readonly #send: (steps: readonly StepProgress[]) => Promise<void>;
  readonly #now = steadyClock();
  #isReporting = false;
  #isReported = true;

  /** `report` does not reject. */
  constructor(steps: readonly ClaimedStep[], report: (steps: readonly StepProgress[]) => Promise<void>) {
    this.#steps = steps.map((_step, index) => ({
      index,
      state: 'pending',
      exitCode: null,
      imageDigest: null,
      startedAt: null,
      endedAt: null,
    }));
    this.#send = report;
  }

  get steps(): readonly StepProgress[] {
    return this.#steps;
  }

  /** The Step that runs now, or null. */
  get running(): number | null {
    return this.#steps.find((step) => step.state === 'running')?.index ?? null;
  }

  start(index: number, imageDigest: string): void {
    this.#change(index, { state: 'running', imageDigest, startedAt: this.#now() });
  }

  end(index: number, state: StepProgress['state'], exitCode: number | null): void {
    this.#change(index, { state, exitCode, endedAt: this.#now() });
  }

  /** Ends the Step that runs now, if one does: an Attempt that has ended has none that still runs. */
  endRunning(state: StepProgress['state']): void {
    const { running } = this;
    if (running !== null) this.end(running, state, null);
  }

  /** Reports what there is, also when no Step has changed. */
  report(): void {
    this.#isReported = false;
    if (!this.#isReporting) void this.#reportAll();
  }

  #change(index: number, change: Partial<StepProgress>): void {
    this.#steps = this.#steps.map((step) => (step.index === index ? { ...step, ...change } : step));
    this.report();
  }

  async #reportAll(): Promise<void> {
    this.#isReporting = true;
    while (!this.#isReported) {
      this.#isReported = true;
      await this.#send(this.#steps);
    }
    this.#isReporting = false;
  }
}

import { isTransientDatabaseError } from './db/transientErrors.ts';

interface Waiting<Input, Output> {
  readonly input: Input;
  readonly answer: PromiseWithResolvers<Output>;
}

/**
 * Gathers calls that come while an earlier batch is under way into the next one: with one statement in flight, many
 * callers at once cost the database hardly more than one (docs/spec/database.md: 4,000 to 4,700 claims and finishes a second,
 * against 1,900 one by one), and a single caller waits for nobody.
 */
export class Batcher<Input, Output> {
  readonly #run: (inputs: readonly Input[]) => Promise<readonly Output[]>;
  readonly #most: number;
  #waiting: Waiting<Input, Output>[] = [];
  #running = false;

  /** `run` answers a batch of at most `most` inputs in their order; what it throws, the caller gets. */
  constructor(run: (inputs: readonly Input[]) => Promise<readonly Output[]>, most: number) {
    this.#run = run;
    this.#most = most;
  }

  call(input: Input): Promise<Output> {
    const answer = Promise.withResolvers<Output>();
    this.#waiting.push({ input, answer });
    if (!this.#running) void this.#drain();
    return answer.promise;
  }

  async #drain(): Promise<void> {
    this.#running = true;
    // Calls of the same turn of the event loop share the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#most);
      try {
        const outputs = await this.#run(batch.map(({ input }) => input));
        for (const [index, { answer }] of batch.entries()) answer.resolve(outputs[index] as Output);
      } catch (error) {
        // What is wrong with one input is not the fault of those that came with it.
        if (batch.length > 1 && !isTransientDatabaseError(error)) await this.#runSingly(batch);
        else for (const { answer } of batch) answer.reject(error);
      }
    }
    this.#running = false;
  }

  async #runSingly(batch: readonly Waiting<Input, Output>[]): Promise<void> {
    for (const { input, answer } of batch) {
      try {
        const [output] = await this.#run([input]);
        answer.resolve(output as Output);
      } catch (error) {
        answer.reject(error);
      }
    }
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { sleep } from '@flotilla/launcher/sleep';
import type { HelloAnswer, HelloInput } from '@flotilla/shared/protocol/runnerMessages';
import type { Logger } from 'pino';
import type { Life } from './life.ts';
import { AnswerError } from './readAnswer.ts';
import { connectToService, refusalOf, type ServiceClient } from './serviceClient.ts';

/** A bound for a wait that the next answer ends, in milliseconds. */
const waitMs = 30_000;
/** Between two hellos to a service that is there and cannot answer. */
const againMs = 1000;
/** The lease before a hello has said what it is (docs/spec/jobLifecycle.md). */
const standardLeaseMs = 30_000;

export interface HellosOptions {
  readonly serverUrl: string;
  readonly token: string;
  readonly life: Life;
  readonly logger: Logger;
  /** What is said now: it names the Attempts that are held at this moment. */
  readonly hello: () => HelloInput;
  /** Called with each answer, before anybody who waits for it goes on. */
  readonly onAnswer: (answer: HelloAnswer) => void;
}

/**
 * Keeps up the connection to the service, and says hello at each one. Its modes, which follow each other in a circle:
 *
 * - `apart`: there is no connection.
 * - `greeting`: one stands, and its hello is not answered yet: lease tokens are those of an older one, which may have been
 *   replaced.
 * - `met`: the hello of the present connection is answered. Whoever needs the service as it is waits for this.
 */
export class Hellos implements AsyncDisposable {
  readonly service: ServiceClient;
  readonly #options: HellosOptions;
  #mode: 'apart' | 'greeting' | 'met' = 'apart';
  #met = Promise.withResolvers<HelloAnswer>();
  /** Counts connections: what an earlier one has to say is old. */
  #connection = 0;
  /** Whether the present lack of a connection was said. */
  #saidLost = false;
  #answer: HelloAnswer | undefined;

  constructor(options: HellosOptions) {
    this.#options = options;
    this.service = connectToService({
      serverUrl: options.serverUrl,
      token: options.token,
      runnerId: () => this.#answer?.runnerId,
      // A service that comes back waits one lease before it expires any: the runner has to be there by then.
      longestReconnectMs: () => this.patienceMs,
      onOpen: () => this.#opened(),
      onLost: () => this.#lost(),
    });
  }

  /** The last answer, of whichever connection; undefined before the first. */
  get answer(): HelloAnswer | undefined {
    return this.#answer;
  }

  /** What may get lost twice before a lease ends: the wait for an answer, or for a connection. */
  get patienceMs(): number {
    return (this.#answer?.intervals.leaseMs ?? standardLeaseMs) / 3;
  }

  /** The answer to the hello of the present connection, or of the next one. */
  met(): Promise<HelloAnswer> {
    return this.#met.promise;
  }

  /** Resolves when no hello is under way, so that tokens are those that the service knows; after a while in any case. */
  readonly settled = async (): Promise<void> => {
    await Promise.race([this.#met.promise, delay(waitMs, undefined, { ref: false })]);
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]();
  }

  #opened(): void {
    this.#saidLost = false;
    this.#connection += 1;
    this.#leave('greeting');
    void this.#greet(this.#connection);
  }

  #lost(): void {
    const { serverUrl, life, logger } = this.#options;
    if (life.mode === 'ended') return;
    this.#leave('apart');
    if (this.#saidLost) return;
    this.#saidLost = true;
    if (this.#answer === undefined)
      logger.warn(`there is no service at ${serverUrl} yet; trying until there is`);
    else logger.warn(`the connection to the service at ${serverUrl} was lost; connecting again`);
  }

  /** From now on, whoever needs an answer waits for the next one: the last one's connection, or its tokens, are old. */
  #leave(mode: 'apart' | 'greeting'): void {
    if (this.#mode === 'met') this.#met = Promise.withResolvers();
    this.#mode = mode;
  }

  /** Says hello until it is answered, or its connection is an old one. */
  async #greet(connection: number): Promise<void> {
    const { hello, life, logger } = this.#options;
    do {
      try {
        const answer = await this.service.hello(hello());
        // One that comes late is of a connection that has gone, and its tokens are old.
        if (this.#isGreeting(connection)) this.#meet(answer);
        return;
      } catch (error) {
        if (error instanceof AnswerError) {
          life.refuse(error.message);
          return;
        }
        const refusal = refusalOf(error);
        // The connection was lost; the next one says hello.
        if (refusal === undefined) return;
        if (refusal.code === 'UNAUTHORIZED' || refusal.code === 'PRECONDITION_FAILED') {
          life.refuse(refusal.message);
          return;
        }
        // The service is there and cannot answer now, for example while its database is away.
        logger.warn({ reason: refusal.message }, 'the service could not take the hello; trying again');
      }
    } while ((await sleep(againMs, life.ended)) && this.#isGreeting(connection));
  }

  /** Whether this connection still stands, and its hello is not answered. Each has its own: a second one would change its tokens. */
  #isGreeting(connection: number): boolean {
    return connection === this.#connection && this.#mode === 'greeting';
  }

  #meet(answer: HelloAnswer): void {
    this.#mode = 'met';
    this.#answer = answer;
    this.#options.onAnswer(answer);
    this.#met.resolve(answer);
    this.#options.logger.info(
      { runnerId: answer.runnerId, kept: answer.keep.length },
      'connected to the service',
    );
  }
}

import type { StopCause } from '../endings/stopCause.ts';

/**
 * The right to write to one Attempt. Its token can change (a new hello rotates it); its signal aborts when the Attempt
 * has to stop sending, because it was lost or the time to give it back is over.
 */
export class Lease {
  readonly attemptId: number;
  #token: string;
  readonly #tokens: string[];
  readonly #listeners: (() => void)[] = [];
  readonly #over = new AbortController();
  readonly #stop = new AbortController();
  readonly #release = new AbortController();
  readonly #settled: () => Promise<void>;

  /** `settled` resolves when no hello is under way, so that the token is the one the service knows. */
  constructor(attemptId: number, token: string, settled: () => Promise<void>) {
    this.attemptId = attemptId;
    this.#token = token;
    this.#tokens = [token];
    this.#settled = settled;
  }

  get token(): string {
    return this.#token;
  }

  /** Aborts when nothing of the Attempt may be sent any more. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Aborts when the Attempt's work has to stop; the reason is a {@link StopCause}. */
  get stopSignal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Aborts when the Attempt is to be given back, whatever stopped its work. */
  get releaseSignal(): AbortSignal {
    return this.#release.signal;
  }

  /** The token and those before it. */
  get tokens(): readonly string[] {
    return this.#tokens;
  }

  renew(token: string): void {
    if (token === this.#token) return;
    this.#token = token;
    this.#tokens.push(token);
    for (const listener of this.#listeners) listener();
  }

  /** Calls back each time the token has changed. */
  onRenewed(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Stops the Attempt's work. The first cause wins. A fenced Attempt sends nothing more; a released one does, until
   * {@link end}.
   */
  stop(cause: StopCause): void {
    this.#stop.abort(cause);
    if (cause === 'fenced') this.#over.abort(cause);
    if (cause === 'released') this.#release.abort(cause);
  }

  /** The time to give the Attempt back is over: nothing more is sent. */
  end(): void {
    this.#over.abort('released' satisfies StopCause);
  }

  /** Whether a refused token was only an old one: waits for a hello under way, then compares. */
  async wasRenewed(refused: string): Promise<boolean> {
    await this.#settled();
    return this.#token !== refused;
  }
}

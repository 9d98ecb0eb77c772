/** A refusal that no retry changes: the program says it and ends. */
export class RefusedError extends Error {}

/** What a session does with Jobs, see {@link Life}. */
export type Mode = 'working' | 'draining' | 'stopping' | 'ended';

/**
 * The modes of a session, each of which does less than the one before:
 *
 * - `working`: it claims Jobs while there is room.
 * - `draining`: it claims none, and finishes what it has. A person's word leads here and back; the runner's own end, which
 *   waits for what is running, leads here and on.
 * - `stopping`: it gives back what it has. A service that will not have this runner leads here as well.
 * - `ended`: no Job is run any more; heartbeats stop, and the connection closes.
 */
export class Life {
  /** Aborts when no Job will be claimed any more: at the end of `working` that no person takes back. */
  readonly drained: AbortSignal;
  /** Aborts when what is running is to be given back. */
  readonly stopped: AbortSignal;
  readonly #refused = new AbortController();
  readonly #ended = new AbortController();
  #isAskedToDrain = false;

  /** `drain` and `stop` are the runner's own end; a stop is a drain as well. */
  constructor(drain: AbortSignal, stop: AbortSignal) {
    this.stopped = AbortSignal.any([stop, this.#refused.signal]);
    this.drained = AbortSignal.any([drain, this.stopped]);
  }

  get mode(): Mode {
    if (this.#ended.signal.aborted) return 'ended';
    if (this.stopped.aborted) return 'stopping';
    return this.drained.aborted || this.#isAskedToDrain ? 'draining' : 'working';
  }

  /** Aborts at the end of the session. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Takes a person's word whether to drain; says whether it is another one than before. */
  heed(isAskedToDrain: boolean): boolean {
    const isOther = isAskedToDrain !== this.#isAskedToDrain;
    this.#isAskedToDrain = isAskedToDrain;
    return isOther;
  }

  /** The service will not have this runner, for a reason that is a sentence for people. */
  refuse(reason: string): void {
    this.#refused.abort(new RefusedError(reason));
  }

  end(): void {
    this.#ended.abort();
  }

  /** Throws the {@link RefusedError} when the service would not have this runner. */
  throwIfRefused(): void {
    this.#refused.signal.throwIfAborted();
  }
}

import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Sql } from './database.ts';
import { isTransientDatabaseError } from './transientErrors.ts';

const channel = 'flotilla_hints';
/** A payload must stay below 8,000 bytes (NOTIFY(7)). */
const maxPayloadLength = 7000;

/** What a hint can be about. A hint says "look again", never what is there: readers go to the tables. */
export type Topic = 'queue' | 'cancel' | 'changes' | 'tokens' | 'seal' | 'work' | 'hosts' | `log:${number}`;

/** One reader's ear. */
export interface HintListener extends Disposable {
  /**
   * Resolves when the topic was hinted since the last call, else at the next hint, after `timeoutMs` (hints can be
   * lost), or when the signal aborts. Never rejects.
   */
  next(timeoutMs: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Wakes readers when something was committed: in this process at once, in the other replicas by one NOTIFY per
 * `intervalMs` at most (leading edge when idle). The NOTIFY never rides in the transaction that writes, where it
 * would cost 2.7 times the throughput (docs/spec/logs.md).
 */
export class Hints implements Disposable {
  readonly #sql: Sql;
  readonly #logger: Logger;
  readonly #intervalMs: number;
  readonly #replica = randomUUID();
  readonly #listeners = new Map<Topic, Set<Listener>>();
  readonly #unsent = new Set<Topic>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(sql: Sql, logger: Logger, intervalMs = 20) {
    this.#sql = sql;
    this.#logger = logger;
    this.#intervalMs = intervalMs;
  }

  /** Starts to hear other replicas. After a lost connection the driver listens again; then every reader looks. */
  async start(): Promise<void> {
    await this.#sql.listen(
      channel,
      (payload) => this.#receive(payload),
      () => this.#wakeAll(),
    );
  }

  /** Call after the commit. */
  publish(topic: Topic): void {
    this.wake(topic);
    if (this.#closed) return;
    this.#unsent.add(topic);
    if (this.#timer === undefined) this.#send();
  }

  /** Wakes the readers of this process alone: for what one replica does for all. */
  wake(topic: Topic): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener.wake();
  }

  listen(topic: Topic): HintListener {
    const listener = new Listener(() => {
      const listeners = this.#listeners.get(topic);
      listeners?.delete(listener);
      if (listeners?.size === 0) this.#listeners.delete(topic);
    });
    const listeners = this.#listeners.get(topic) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(topic, listeners);
    return listener;
  }

  /** Whether anyone in this replica waits for the topic. */
  hasListeners(topic: Topic): boolean {
    return this.#listeners.has(topic);
  }

  /** The connection that listens ends with the client: asking it to would wait for a server that may be away. */
  [Symbol.dispose](): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #send(): void {
    const topics = [...this.#unsent];
    this.#unsent.clear();
    if (topics.length === 0) {
      this.#timer = undefined;
      return;
    }
    for (const payload of payloadsOf(this.#replica, topics)) {
      this.#sql`select pg_notify(${channel}, ${payload})`.catch((error: unknown) => {
        // Readers poll, so a lost hint is only a delay.
        const level = isTransientDatabaseError(error) ? 'debug' : 'warn';
        this.#logger[level]({ err: error }, 'a hint to other replicas was lost');
      });
    }
    this.#timer = setTimeout(() => this.#send(), this.#intervalMs);
  }

  #receive(payload: string): void {
    const [replica, ...topics] = payload.split(' ');
    if (replica === this.#replica) return;
    for (const topic of topics) this.wake(topic as Topic);
  }

  #wakeAll(): void {
    for (const topic of this.#listeners.keys()) this.wake(topic);
  }
}

function payloadsOf(replica: string, topics: readonly Topic[]): string[] {
  const payloads: string[] = [];
  let payload = replica;
  for (const topic of topics) {
    if (payload.length + topic.length + 1 > maxPayloadLength) {
      payloads.push(payload);
      payload = replica;
    }
    payload += ` ${topic}`;
  }
  payloads.push(payload);
  return payloads;
}

class Listener implements HintListener {
  readonly #remove: () => void;
  #hinted = false;
  #resolve: (() => void) | undefined;

  constructor(remove: () => void) {
    this.#remove = remove;
  }

  wake(): void {
    this.#hinted = true;
    this.#resolve?.();
  }

  async next(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (!this.#hinted && signal?.aborted !== true) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#resolve = resolve;
      const timer = setTimeout(resolve, timeoutMs);
      const onAbort = () => resolve();
      signal?.addEventListener('abort', onAbort, { once: true });
      await promise;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#resolve = undefined;
    }
    this.#hinted = false;
  }

  [Symbol.dispose](): void {
    this.#remove();
    this.#resolve?.();
  }
}

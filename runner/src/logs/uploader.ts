import { setTimeout as delay } from 'node:timers/promises';
import { maxAppendBytes, type AppendAnswer, type StreamName } from '@flotilla/shared/protocol/streams';
import type { Lease } from '../session/lease.ts';
import { FencedError } from '../session/untilAnswered.ts';

/** Bytes that may wait here before the writer has to: bounds memory while the service is away. */
const maxWaitingBytes = 4 * 1024 * 1024;
/** First and longest pause between two tries while the service is away, in milliseconds. */
const retryMs = { first: 100, longest: 5000 };

/**
 * Sends one stream of an Attempt in order, at most 64 KiB at a time and one request in flight, from the offset that the
 * service acknowledged. Retries for as long as the Attempt is the runner's; the offset makes a repetition harmless.
 */
export class Uploader {
  readonly #url: string;
  readonly #lease: Lease;
  #acknowledged = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #sending: Promise<void> | undefined;
  #failure: Error | undefined;
  #room = Promise.withResolvers<void>();

  constructor(serverUrl: string, lease: Lease, stream: StreamName) {
    this.#url = `${serverUrl}/attempts/${lease.attemptId}/${stream}`;
    this.#lease = lease;
  }

  /** Bytes given to this uploader so far: the length of the stream once all is sent. */
  get length(): number {
    return this.#acknowledged + this.#waitingBytes;
  }

  /** Takes bytes; resolves when there is room for more. Throws {@link FencedError} once the lease is over. */
  async write(data: Uint8Array): Promise<void> {
    this.#throwFailure();
    this.#waiting.push(data);
    this.#waitingBytes += data.length;
    this.#start();
    while (this.#waitingBytes > maxWaitingBytes) {
      await this.#room.promise;
      this.#throwFailure();
    }
  }

  /** Resolves when every byte is acknowledged. */
  async flush(): Promise<void> {
    while (this.#waitingBytes > 0 && this.#failure === undefined) {
      this.#start();
      await this.#sending;
    }
    this.#throwFailure();
  }

  #start(): void {
    this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
  }

  async #send(): Promise<void> {
    try {
      while (this.#waitingBytes > 0) {
        const body = this.#next();
        const end = await this.#post(body, this.#acknowledged);
        this.#drop(end - this.#acknowledged);
        this.#room.resolve();
        this.#room = Promise.withResolvers();
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error('the upload was stopped', { cause: error });
      this.#waiting = [];
      this.#room.resolve();
    }
  }

  /** Posts until the service has taken it; returns the end that it acknowledged. */
  async #post(body: Uint8Array, offset: number): Promise<number> {
    for (let pauseMs = retryMs.first; ; pauseMs = Math.min(pauseMs * 2, retryMs.longest)) {
      this.#lease.signal.throwIfAborted();
      const token = this.#lease.token;
      const answer = await this.#tryPost(body, offset, token);
      if (answer.kind === 'end') {
        if (answer.end < offset || answer.end > offset + body.length) {
          throw new Error(
            `the service says a stream ends at ${answer.end}; ${offset} to ${offset + body.length} was sent`,
          );
        }
        return answer.end;
      }
      if (answer.kind === 'fenced' && !(await this.#lease.wasRenewed(token))) throw new FencedError();
      // A jitter of up to half, so that many attempts do not come back at the same moment.
      if (answer.kind === 'away')
        await delay(pauseMs * (0.5 + Math.random() / 2), undefined, { signal: this.#lease.signal });
    }
  }

  async #tryPost(
    body: Uint8Array,
    offset: number,
    token: string,
  ): Promise<{ kind: 'end'; end: number } | { kind: 'fenced' } | { kind: 'away' }> {
    let response: Response;
    try {
      response = await fetch(`${this.#url}?offset=${offset}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
        body: body as Uint8Array<ArrayBuffer>,
        signal: AbortSignal.any([this.#lease.signal, AbortSignal.timeout(15_000)]),
      });
      if (response.status === 200 || response.status === 409) {
        return { kind: 'end', end: ((await response.json()) as AppendAnswer).end };
      }
    } catch {
      this.#lease.signal.throwIfAborted();
      return { kind: 'away' };
    }
    if (response.status === 410) return { kind: 'fenced' };
    if (response.status >= 500) return { kind: 'away' };
    throw new Error(`the service refused ${body.length} bytes: ${response.status} ${await response.text()}`);
  }

  /** The next bytes to send, at most one append's worth. */
  #next(): Uint8Array {
    const [first] = this.#waiting;
    if (first !== undefined && (this.#waiting.length === 1 || first.length >= maxAppendBytes)) {
      return first.subarray(0, maxAppendBytes);
    }
    const parts: Uint8Array[] = [];
    let size = 0;
    for (const part of this.#waiting) {
      const taken = part.subarray(0, maxAppendBytes - size);
      parts.push(taken);
      size += taken.length;
      if (size === maxAppendBytes) break;
    }
    return Buffer.concat(parts);
  }

  #drop(count: number): void {
    this.#acknowledged += count;
    this.#waitingBytes -= count;
    let left = count;
    let whole = 0;
    for (const part of this.#waiting) {
      if (part.length > left) break;
      left -= part.length;
      whole += 1;
    }
    this.#waiting.splice(0, whole);
    if (left > 0 && this.#waiting[0] !== undefined) this.#waiting[0] = this.#waiting[0].subarray(left);
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

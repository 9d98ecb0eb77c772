import { setTimeout as delay } from 'node:timers/promises';
import { maxAppendBytes, type AppendAnswer, type StreamName } from '@flotilla/shared/protocol/streams';
import type { Lease } from '../session/lease.ts';
import { FencedError } from '../session/untilAnswered.ts';
import { postBytes, type PostAnswer } from './postBytes.ts';

/** First and longest pause between two tries while the service is away, in milliseconds. */
const retryMs = { first: 100, longest: 5000 };
/** A service that says nothing for this long while it has a request is away. */
const answerMs = 15_000;

/** Where the bytes of a stream are. They can be read again and again; the end moves on. */
export interface ByteSource {
  /** Bytes that are there so far. */
  readonly length: number;
  /** Fills a buffer from an offset before the end on, as far as there are bytes; returns how many. */
  read(offset: number, into: Uint8Array): Promise<number>;
}

/** The service's answer to one append. */
type Answer =
  | { readonly kind: 'stored' | 'elsewhere'; readonly end: number }
  | { readonly kind: 'fenced' }
  | { readonly kind: 'away' };

/**
 * Sends one stream of an Attempt in order, at most 64 KiB at a time and one request in flight, from where the service
 * says that the stream ends. Retries for as long as the Attempt is the runner's; the offset makes a repetition harmless.
 */
export class Uploader {
  readonly #url: string;
  readonly #lease: Lease;
  readonly #source: ByteSource;
  /** What is on its way; the same memory for all that is sent. */
  readonly #body = Buffer.allocUnsafeSlow(maxAppendBytes);
  #acknowledged = 0;
  #sending: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(serverUrl: string, lease: Lease, stream: StreamName, source: ByteSource) {
    this.#url = `${serverUrl}/attempts/${lease.attemptId}/${stream}`;
    this.#lease = lease;
    this.#source = source;
  }

  /** Why nothing more is sent: a {@link FencedError} once the lease is over. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Sends what there is, if that is not under way. */
  wake(): void {
    if (this.#failure === undefined)
      this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
  }

  /** Resolves when every byte is acknowledged. */
  async flush(): Promise<void> {
    while (this.#acknowledged < this.#source.length && this.#failure === undefined) {
      this.wake();
      await this.#sending;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #send(): Promise<void> {
    try {
      while (this.#acknowledged < this.#source.length) {
        const length = await this.#source.read(this.#acknowledged, this.#body);
        this.#acknowledged = await this.#post(this.#body.subarray(0, length), this.#acknowledged);
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error('the upload was stopped', { cause: error });
    }
  }

  /** Posts until the service has answered; returns the end of the stream that it said. */
  async #post(body: Uint8Array, offset: number): Promise<number> {
    for (let pauseMs = retryMs.first; ; pauseMs = Math.min(pauseMs * 2, retryMs.longest)) {
      this.#lease.signal.throwIfAborted();
      const token = this.#lease.token;
      const answer = await this.#tryPost(body, offset, token);
      if (answer.kind === 'stored' || (answer.kind === 'elsewhere' && answer.end !== offset)) {
        if (answer.end > this.#source.length) {
          throw new Error(`the service has ${answer.end} bytes of a stream of ${this.#source.length}`);
        }
        return answer.end;
      }
      if (answer.kind === 'fenced') {
        if (await this.#lease.wasRenewed(token)) continue;
        throw new FencedError();
      }
      // A jitter of up to half, so that many attempts do not come back at the same moment.
      await delay(pauseMs * (0.5 + Math.random() / 2), undefined, { signal: this.#lease.signal });
    }
  }

  async #tryPost(body: Uint8Array, offset: number, token: string): Promise<Answer> {
    let response: PostAnswer;
    try {
      const options = { token, timeoutMs: answerMs, signal: this.#lease.signal };
      response = await postBytes(`${this.#url}?offset=${offset}`, body, options);
      if (response.status === 200 || response.status === 409) {
        const { end } = JSON.parse(response.text) as AppendAnswer;
        return { kind: response.status === 200 ? 'stored' : 'elsewhere', end };
      }
    } catch {
      this.#lease.signal.throwIfAborted();
      return { kind: 'away' };
    }
    if (response.status === 410) return { kind: 'fenced' };
    if (response.status >= 500) return { kind: 'away' };
    throw new Error(`the service refused ${body.length} bytes: ${response.status} ${response.text}`);
  }
}

import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { Caller, strangerLimits } from './caller.ts';
import { contain } from './contain.ts';
import { OpenCalls } from './openCalls.ts';
import { readAnswer, readCalls, type Call } from './readCalls.ts';

/** Messages that wait in a connection before it is read no further. */
const mostWaiting = 256;
/** Bytes of such messages; each may be as large as a message can be. */
const waitingBytes = 1024 * 1024;
/** Unsent bytes of a connection above which none of its calls is begun. */
const unsentBytes = 1024 * 1024;
/** Bytes of half a message that stay, however much else its caller holds; few messages of our clients have more. */
const partBytes = 64 * 1024;
/** Bytes that a stranger may send. */
const strangerBytes = 64 * 1024;
/** How long a connection that showed no good token stays, in milliseconds. */
const strangerMs = 10_000;
/** How long a client may take to close a connection that is closed here, in milliseconds. */
const goodbyeMs = 2000;
/** Between two signs of life that are listened to, in milliseconds; an editor gives one every ten seconds. */
const signOfLifeMs = 200;

/** WebSocket close codes (RFC 6455): this kind of data is not taken; a rule of ours is broken. */
const wrongData = 1003;
const againstRules = 1008;

interface Events {
  message: [data: Buffer, isBinary: boolean];
  error: [error: Error];
  close: [];
}

/** What a {@link MeteredSocket} stands on. */
export interface MeteredOptions {
  readonly client: WebSocket;
  /** Below the client. */
  readonly socket: Duplex;
  readonly logger: Logger;
  /** Whether the first message is the parameters of the connection. */
  readonly bringsParameters: boolean;
}

/**
 * A client's WebSocket as tRPC sees it: what comes in reaches it call by call, as many at once as the {@link Caller}
 * may have, and the rest waits unread. Until it is known who calls, only the parameters of the connection pass.
 */
export class MeteredSocket extends EventEmitter<Events> {
  readonly CLOSED = 3;
  readonly #client: WebSocket;
  readonly #logger: Logger;
  #caller: Caller | undefined;
  #awaitsParameters: boolean;
  /** What waits: messages as they came, and calls of one that had several. */
  #waiting: (Buffer | Call)[] = [];
  #waitingBytes = 0;
  /** Of a message that has not arrived as a whole. */
  #partBytes = 0;
  #open: OpenCalls | undefined;
  #receivedBytes = 0;
  #signOfLifeAt = -Infinity;
  #strangerTimer: NodeJS.Timeout | undefined;
  #goodbyeTimer: NodeJS.Timeout | undefined;

  constructor({ client, socket, logger, bringsParameters }: MeteredOptions) {
    super();
    this.#client = client;
    this.#logger = logger;
    this.#awaitsParameters = bringsParameters;
    const contained = <A extends readonly unknown[]>(listener: (...args: A) => void) =>
      contain(listener, () => client.terminate(), logger);
    socket.on(
      'data',
      contained((chunk: Buffer) => this.#count(chunk.length)),
    );
    client.on(
      'message',
      contained((data: Buffer, isBinary: boolean) => this.#receive(data, isBinary)),
    );
    client.on(
      'error',
      contained((error: Error) => this.emit('error', error)),
    );
    client.once(
      'close',
      contained(() => this.#closed()),
    );
  }

  get readyState(): number {
    return this.#client.readyState;
  }

  /** Bytes that were sent to the client and have not left yet. */
  get bufferedAmount(): number {
    return this.#client.bufferedAmount;
  }

  close(code?: number, reason?: string): void {
    this.#client.close(code, reason);
    // The goodbye has to be read.
    this.#client.resume();
    this.#goodbyeTimer ??= setTimeout(() => this.#client.terminate(), goodbyeMs);
  }

  terminate(): void {
    this.#client.terminate();
  }

  /** Says who calls: from now on the calls are handled. A stranger's connection has not long to live. */
  identify(caller: Caller | undefined): void {
    if (this.readyState === this.CLOSED) return;
    const known = caller ?? new Caller(strangerLimits);
    if (!known.join(this)) {
      this.#cut(againstRules, `more than ${known.limits.sockets} connections`);
      return;
    }
    this.#caller = known;
    known.hold(this.#partBytes + this.#waitingBytes);
    this.#open = new OpenCalls(known);
    if (caller === undefined) this.#strangerTimer = setTimeout(() => this.#client.terminate(), strangerMs);
    this.#client.resume();
    if (this.#waiting.length > 0) known.wait(this);
  }

  /** Sends what tRPC says; one who does not read what was sent before is cut off. */
  send(data: string): void {
    const answer = readAnswer(data);
    const caller = this.#caller;
    if (answer !== undefined) {
      this.#open?.answered(answer);
      if (this.#waiting.length > 0) caller?.waitForTurn(this);
      if (this.#client.bufferedAmount > unsentBytes && caller?.holdsTooMuch() === true) {
        this.#logger.warn({ bytes: this.#client.bufferedAmount }, 'a client that does not read was cut off');
        this.#client.terminate();
        return;
      }
    }
    this.#client.send(data, () => {
      if (this.#waiting.length > 0) caller?.wait(this);
    });
  }

  /** Hands one message that waits to tRPC, for the {@link Caller}. */
  handleNext(): 'more' | 'full' | 'idle' {
    try {
      return this.#handleNext();
    } catch (error) {
      // Whoever's turn this is, it is this connection that ends.
      this.#logger.error({ err: error }, 'a connection was ended by an exception');
      this.#client.terminate();
      return 'idle';
    }
  }

  #handleNext(): 'more' | 'full' | 'idle' {
    const caller = this.#caller;
    const [next] = this.#waiting;
    if (caller === undefined || next === undefined || this.readyState !== this.#client.OPEN) return 'idle';
    if (this.#client.bufferedAmount > unsentBytes) return 'idle';
    if (Buffer.isBuffer(next)) {
      const calls = readCalls(next);
      if (typeof calls === 'string') return this.#cut(againstRules, calls);
      this.#waiting.shift();
      this.#waiting.unshift(...calls);
      this.#holdWaiting(calls.reduce((sum, { text }) => sum + text.length, -next.length));
      return this.#waiting.length > 0 ? 'more' : 'idle';
    }
    const begun = this.#open?.begin(next) ?? 'idle';
    if (typeof begun === 'object') return this.#cut(againstRules, begun.broken);
    if (begun !== 'begun') return begun;
    this.#waiting.shift();
    this.#holdWaiting(-next.text.length);
    this.emit('message', next.text, false);
    if (!this.#hasMuchWaiting()) this.#client.resume();
    return this.#waiting.length > 0 ? 'more' : 'idle';
  }

  /** Counts what came in, before it is a message. */
  #count(bytes: number): void {
    this.#receivedBytes += bytes;
    this.#holdPart(this.#partBytes + bytes);
    const caller = this.#caller;
    if (this.#receivedBytes > strangerBytes && caller?.limits === strangerLimits) this.#client.terminate();
    // Once it is known who calls, it is read on; a runner that comes back has much to say at once.
    else if (this.#receivedBytes > strangerBytes && caller === undefined) this.#client.pause();
    else if (this.#partBytes > partBytes && caller?.hasSentTooMuch() === true) this.#client.terminate();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#holdPart(0);
    if (this.readyState !== this.#client.OPEN) return;
    if (isBinary) {
      this.#cut(wrongData, 'messages are texts');
      return;
    }
    if (data.length === 4 && /^P[IO]NG$/.test(data.toString())) {
      this.#signOfLife(data);
      return;
    }
    if (this.#awaitsParameters) {
      this.#awaitsParameters = false;
      this.emit('message', data, false);
      return;
    }
    this.#waiting.push(data);
    this.#holdWaiting(data.length);
    // It is read on when something of it was handled.
    if (this.#hasMuchWaiting() || this.#caller?.hasSentTooMuch() === true) this.#client.pause();
    this.#caller?.wait(this);
  }

  #hasMuchWaiting(): boolean {
    return this.#waiting.length >= mostWaiting || this.#waitingBytes > waitingBytes;
  }

  #holdPart(bytes: number): void {
    this.#caller?.hold(bytes - this.#partBytes);
    this.#partBytes = bytes;
  }

  #holdWaiting(more: number): void {
    this.#caller?.hold(more);
    this.#waitingBytes += more;
  }

  #dropWaiting(): void {
    this.#waiting = [];
    this.#holdWaiting(-this.#waitingBytes);
  }

  /** tRPC's ping and pong, which an honest client sends seldom. */
  #signOfLife(data: Buffer): void {
    const now = performance.now();
    if (now - this.#signOfLifeAt < signOfLifeMs) return;
    this.#signOfLifeAt = now;
    this.emit('message', data, false);
  }

  #cut(code: number, reason: string): 'idle' {
    this.#logger.warn({ reason }, 'a client broke a rule of the protocol and was cut off');
    this.#dropWaiting();
    this.close(code, reason);
    return 'idle';
  }

  #closed(): void {
    clearTimeout(this.#strangerTimer);
    clearTimeout(this.#goodbyeTimer);
    this.#dropWaiting();
    this.#holdPart(0);
    this.#caller?.leave(this);
    this.#open?.endAll();
    this.emit('close');
  }
}

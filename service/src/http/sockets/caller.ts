/** What somebody may have at once. What is above waits, or, where waiting does not help, ends the connection. */
export interface CallerLimits {
  readonly sockets: number;
  /** Calls of one connection that are worked on; further ones wait. */
  readonly callsOfSocket: number;
  /** The same of all connections together. */
  readonly calls: number;
  readonly subscriptionsOfSocket: number;
  readonly subscriptions: number;
  /** Calls and subscriptions of one connection in all. */
  readonly messages: number;
}

/** Of a person, with all windows. An editor has one connection, a handful of subscriptions and a call now and then. */
export const userLimits: CallerLimits = {
  sockets: 1024,
  callsOfSocket: 64,
  calls: 64,
  subscriptionsOfSocket: 256,
  subscriptions: 2048,
  messages: Infinity,
};

/** Of a token of runners. A runner of 256 slots has up to 1,280 finishes on their way (shared/src/protocol/runnerSlots.ts). */
export const runnerLimits: CallerLimits = {
  sockets: 2048,
  callsOfSocket: 1536,
  calls: 4096,
  subscriptionsOfSocket: 16,
  subscriptions: 4096,
  messages: Infinity,
};

/** Of a connection without a good token, which can do nothing but exchange a pairing code. */
export const strangerLimits: CallerLimits = {
  sockets: 1,
  callsOfSocket: 1,
  calls: 1,
  subscriptionsOfSocket: 64,
  subscriptions: 64,
  messages: 64,
};

/** Bytes that somebody's connections may have sent without their being handled yet, and may have been sent without their reading them. */
const heldBytes = 64 * 1024 * 1024;
/** Messages that are handled in one turn of the event loop; none is begun when those before took so many milliseconds. */
const messagesOfTurn = 64;
const turnMs = 10;
/** A turn took so long for one message alone: its caller waits as long again, in which others have several turns. */
const longTurnMs = 30;

/** A connection as its caller sees it. */
interface CallersSocket {
  /** Bytes that were sent to the client and have not left yet. */
  readonly bufferedAmount: number;
  /**
   * Handles one message that waits. `more`: another one waits; `full`: so does this one, until the caller's other calls have
   * ended; `idle`: none waits, or none can be begun before something of this connection has ended.
   */
  handleNext(): 'more' | 'full' | 'idle';
}

/** A user, the holders of a runner token, or one stranger: whose calls are counted together, over all connections. */
export class Caller {
  readonly limits: CallerLimits;
  readonly #sockets = new Set<CallersSocket>();
  /** Those with messages that wait, the next one first. */
  readonly #waiting = new Set<CallersSocket>();
  #calls = 0;
  /** Bytes that came and are not handled yet. */
  #unhandledBytes = 0;
  #subscriptions = 0;
  readonly #onGone: () => void;
  /** Whether messages are being handled, or will be in the next turn. */
  #isHandling = false;

  /** `onGone` is called when its last connection has left. */
  constructor(limits: CallerLimits, onGone: () => void = () => undefined) {
    this.limits = limits;
    this.#onGone = onGone;
  }

  /** False when it has too many connections. */
  join(socket: CallersSocket): boolean {
    if (this.#sockets.size >= this.limits.sockets) return false;
    this.#sockets.add(socket);
    return true;
  }

  leave(socket: CallersSocket): void {
    this.#sockets.delete(socket);
    this.#waiting.delete(socket);
    if (this.#sockets.size === 0) this.#onGone();
  }

  /** Whether its connections together hold too much, sent or unsent. */
  holdsTooMuch(): boolean {
    let bytes = this.#unhandledBytes;
    for (const socket of this.#sockets) bytes += socket.bufferedAmount;
    return bytes > heldBytes;
  }

  /** Whether what came over its connections and is not handled yet is too much; asked for each message. */
  hasSentTooMuch(): boolean {
    return this.#unhandledBytes > heldBytes;
  }

  /** Counts bytes that came, or that are not kept any more. */
  hold(bytes: number): void {
    this.#unhandledBytes += bytes;
  }

  /** A connection has messages that wait. */
  wait(socket: CallersSocket): void {
    this.#waiting.add(socket);
    if (!this.#isHandling) this.#handle();
  }

  /** The same, when something of it has ended: in another turn of the event loop, so that others come in between. */
  waitForTurn(socket: CallersSocket): void {
    this.#waiting.add(socket);
    this.#handleSoon();
  }

  /** Whether one more call may begin, which it then does. */
  beginCall(): boolean {
    if (this.#calls >= this.limits.calls) return false;
    this.#calls += 1;
    return true;
  }

  endCall(): void {
    this.#calls -= 1;
    this.#handleSoon();
  }

  /** Whether one more subscription may begin, which it then does. */
  beginSubscription(): boolean {
    if (this.#subscriptions >= this.limits.subscriptions) return false;
    this.#subscriptions += 1;
    return true;
  }

  endSubscription(): void {
    this.#subscriptions -= 1;
  }

  #handleSoon(): void {
    if (this.#waiting.size === 0 || this.#isHandling) return;
    this.#isHandling = true;
    setImmediate(() => this.#handle());
  }

  /** One message of each connection after the other. */
  #handle(): void {
    this.#isHandling = true;
    const beganAt = performance.now();
    let left = messagesOfTurn;
    const handleOne = () => {
      const tookMs = performance.now() - beganAt;
      if (left === 0 || tookMs > turnMs) {
        if (tookMs > longTurnMs) setTimeout(() => this.#handle(), tookMs);
        else setImmediate(() => this.#handle());
        return;
      }
      left -= 1;
      const [socket] = this.#waiting;
      if (socket !== undefined) this.#waiting.delete(socket);
      const handled = socket?.handleNext();
      if (socket !== undefined && (handled === 'more' || handled === 'full')) this.#waiting.add(socket);
      // What a call does at once, it does in microtasks: they count for this turn, so they come before the next message.
      if (handled !== 'full' && this.#waiting.size > 0) queueMicrotask(() => process.nextTick(handleOne));
      else this.#isHandling = false;
    };
    handleOne();
  }
}

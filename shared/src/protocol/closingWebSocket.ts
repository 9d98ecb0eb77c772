/** How long the other side may take to say goodbye, in milliseconds. */
const goodbyeMs = 1000;
/** How long a connection may take to open, in milliseconds: as long as a missing pong (docs/spec/faults.md, 16). */
const openingMs = 15_000;

/**
 * A WebSocket whose opening and whose `close` come to an end. The standard's `close` waits for the other side's goodbye,
 * which a half-open connection never brings (docs/spec/faults.md, 16): after a missing pong nothing changes, and whoever
 * waits for the event to connect again waits for the system to give up, a quarter of an hour later. Nor does anybody
 * ping a connection that became half-open before its handshake was answered, so that one is closed here.
 */
export class ClosingWebSocket extends WebSocket {
  #closed = false;
  #giveUp: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    const opening = setTimeout(() => this.close(), openingMs);
    for (const type of ['open', 'close']) this.addEventListener(type, () => clearTimeout(opening));
    for (const type of ['message', 'error', 'close']) {
      // Before all other listeners: what the given-up connection still has to say reaches nobody.
      this.addEventListener(type, (event) => {
        if (this.#closed) event.stopImmediatePropagation();
        if (type !== 'close') return;
        this.#closed = true;
        clearTimeout(this.#giveUp);
      });
    }
  }

  override close(code?: number, reason?: string): void {
    super.close(code, reason);
    if (this.#closed) return;
    this.#giveUp ??= setTimeout(() => {
      // 1006 is what the standard gives to a connection that ended without a goodbye.
      this.dispatchEvent(Object.assign(new Event('close'), { code: 1006, reason: '', wasClean: false }));
    }, goodbyeMs);
  }
}

import { ClosingWebSocket } from '@flotilla/shared/protocol/closingWebSocket';

/** Characters of one message: a list of 10,000 Jobs, each with a long sentence about its failure, has that many. */
const maxMessageCharacters = 32 * 1024 * 1024;
/** Messages of one second. The feed sends ten at most, ten followed logs that flow some hundred. */
const maxMessagesPerSecond = 3000;

/** WebSocket close codes for "that is too much" and "that is no message", from the private range. */
export type GivingUpCode = 4413 | 4400;

/** Those that were given up and go on sending, by host. */
const unclosed = new Map<string, GuardedWebSocket>();

/**
 * A WebSocket that is given up when a service sends more than any would, or what is none of ours: nothing that follows is
 * heard. The standard offers no way to refuse a message before it has come as a whole, nor to cut off who does not
 * answer a close: while somebody goes on sending, no other connection to the same host is opened. Throws an Error then.
 */
export class GuardedWebSocket extends ClosingWebSocket {
  #isGivenUp = false;
  #second = 0;
  #messages = 0;

  constructor(url: string | URL, protocols?: string | string[]) {
    refuseFlooder(new URL(url).host);
    super(url, protocols);
    // Before all other listeners: what is too much reaches nobody.
    this.addEventListener('message', (event) => {
      const { data } = event;
      const isTooLong = typeof data === 'string' && data.length > maxMessageCharacters;
      if (isTooLong || this.#isTooFast()) this.giveUp(4413);
      if (this.#isGivenUp) event.stopImmediatePropagation();
    });
  }

  /** Closes it, and hears nothing more of it. */
  giveUp(code: GivingUpCode): void {
    if (this.#isGivenUp) return;
    this.#isGivenUp = true;
    unclosed.set(new URL(this.url).host, this);
    if (this.readyState === WebSocket.OPEN) this.close(code);
  }

  #isTooFast(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) this.#messages = 0;
    this.#second = second;
    this.#messages += 1;
    return this.#messages > maxMessagesPerSecond;
  }
}

function refuseFlooder(host: string): void {
  const flooder = unclosed.get(host);
  if (flooder === undefined) return;
  if (flooder.readyState !== WebSocket.CLOSED) {
    throw new Error(`${host} was given up, because it sent what no service sends, and goes on sending.`);
  }
  unclosed.delete(host);
}

/**
 * Which web pages may open a WebSocket: those of the listed origins. A browser names the page's origin in every
 * handshake, and no page can change it; editors, runners and other programs name none (docs/decisions/0146).
 */
export class Origins {
  readonly #allowed: ReadonlySet<string>;

  constructor(allowed: readonly string[]) {
    this.#allowed = new Set(allowed);
  }

  /** Whether a handshake with this `Origin` is let in. */
  admit(origin: string | undefined): boolean {
    return origin === undefined || this.#allowed.has(origin);
  }
}

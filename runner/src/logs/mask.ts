import { PatternAutomaton } from './patternAutomaton.ts';
import { formsOf } from './secretForms.ts';

/** What stands in a log where a secret was. */
const hidden = Buffer.from('***');

/**
 * The secrets that must not be seen in what an Attempt writes. More may be added while it runs; those count from then
 * on.
 */
export class Mask {
  readonly #secrets = new Set<string>();
  #automaton = new PatternAutomaton([]);

  constructor(secrets: Iterable<string>) {
    this.add(...secrets);
  }

  /** White space around a secret is none of it: a file's last line end is often not printed with it. */
  add(...secrets: readonly string[]): void {
    const before = this.#secrets.size;
    for (const secret of secrets) this.#secrets.add(secret.trim());
    if (this.#secrets.size === before) return;
    this.#automaton = new PatternAutomaton(
      [...this.#secrets].flatMap((secret) => formsOf(Buffer.from(secret))),
    );
  }

  get secrets(): readonly string[] {
    return [...this.#secrets];
  }

  get automaton(): PatternAutomaton {
    return this.#automaton;
  }

  /** A whole text. */
  text(text: string): string {
    const stream = new MaskedStream(this);
    return Buffer.concat([stream.push(Buffer.from(text)), stream.end()]).toString();
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * One stream of bytes without its secrets. Each run of bytes that belong to secrets becomes three asterisks, also where
 * secrets overlap or touch; so the result depends on the bytes alone, not on how they are cut. Bytes are held back only
 * while they could be the beginning of a secret.
 */
export class MaskedStream {
  readonly #mask: Mask;
  #automaton: PatternAutomaton;
  #state = 0;
  #held: Buffer = Buffer.alloc(0);
  /** What of the held bytes is secret, in order and apart from each other. */
  #spans: Span[] = [];
  /** Whether the last byte before the held ones was secret. */
  #inSecret = false;

  constructor(mask: Mask) {
    this.#mask = mask;
    this.#automaton = mask.automaton;
  }

  /** What can be shown after these bytes. */
  push(data: Buffer): Buffer {
    if (this.#automaton !== this.#mask.automaton) this.#renew();
    if (this.#automaton.isEmpty) return data;
    const text = this.#held.length === 0 ? data : Buffer.concat([this.#held, data]);
    this.#scan(text, this.#held.length);
    return this.#giveOut(text, text.length - this.#automaton.liveBytes(this.#state));
  }

  /** What was held back: the stream ends here. */
  end(): Buffer {
    const rest = this.#giveOut(this.#held, this.#held.length);
    this.#state = 0;
    this.#inSecret = false;
    return rest;
  }

  /** More secrets are known: what is held back may be the beginning of one of those. */
  #renew(): void {
    this.#automaton = this.#mask.automaton;
    this.#state = 0;
    this.#scan(this.#held, 0);
  }

  #scan(text: Buffer, from: number): void {
    this.#state = this.#automaton.scan(text, from, this.#state, (end, length) =>
      this.#cover(end - length, end),
    );
  }

  #cover(start: number, end: number): void {
    let first = start;
    for (let last = this.#spans.at(-1); last !== undefined && last.end >= first; last = this.#spans.at(-1)) {
      first = Math.min(first, last.start);
      this.#spans.pop();
    }
    this.#spans.push({ start: first, end });
  }

  #giveOut(text: Buffer, until: number): Buffer {
    const shown: Buffer[] = [];
    let at = 0;
    for (const { start, end } of this.#spans) {
      if (start >= until) break;
      if (start > at) {
        shown.push(text.subarray(at, start));
        this.#inSecret = false;
      }
      if (!this.#inSecret) shown.push(hidden);
      this.#inSecret = true;
      at = Math.min(end, until);
    }
    if (at < until) {
      shown.push(text.subarray(at, until));
      this.#inSecret = false;
    }
    this.#spans = this.#spans
      .filter(({ end }) => end > until)
      .map(({ start, end }) => ({ start: Math.max(0, start - until), end: end - until }));
    // A copy: a few bytes must not keep a large buffer in memory.
    this.#held = Buffer.from(text.subarray(until));
    return shown.length === 1 ? (shown[0] ?? hidden) : Buffer.concat(shown);
  }
}

import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** Between two pictures of the progress line. */
const frameMs = 100;
const clearLine = '\r\u001b[K';

/**
 * Standard output: lines, and below them on a terminal one progress line that is drawn again and again. Colour only
 * where the stream shows it (`NO_COLOR` and `FORCE_COLOR` are honoured).
 */
export class Terminal implements Disposable {
  readonly coloured: boolean;
  readonly #stream: NodeJS.WriteStream;
  #progress: (() => string) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.coloured = this.paint('red', 'x') !== 'x';
  }

  /** Characters of a line; 80 where nobody knows. */
  get columns(): number {
    return this.#stream.isTTY ? this.#stream.columns : 80;
  }

  paint(format: Format, text: string): string {
    return styleText(format, text, { stream: this.#stream });
  }

  print(...lines: readonly string[]): void {
    const text = lines.map((line) => `${line}\n`).join('');
    if (this.#progress === undefined) this.#stream.write(text);
    else this.#stream.write(clearLine + text + this.#picture());
  }

  /** Shows what the text says, until it is disposed; only on a terminal. */
  progress(text: () => string): Disposable {
    if (!this.#stream.isTTY) return { [Symbol.dispose]: () => undefined };
    this.#progress = text;
    this.#timer ??= setInterval(() => {
      this.#frame += 1;
      this.#stream.write(clearLine + this.#picture());
    }, frameMs);
    this.#stream.write(clearLine + this.#picture());
    return {
      [Symbol.dispose]: () => {
        if (this.#progress === text) this[Symbol.dispose]();
      },
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#progress !== undefined) this.#stream.write(clearLine);
    this.#progress = undefined;
  }

  #picture(): string {
    const sign = spinner[this.#frame % spinner.length] ?? '';
    // One short of the line: a terminal that wraps would keep the rest.
    const text = Array.from(this.#progress?.() ?? '').slice(0, this.columns - 3);
    return `${this.paint('cyan', sign)} ${text.join('')}`;
  }
}

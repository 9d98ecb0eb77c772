import { prettyFactory } from 'pino-pretty';
import { printable } from '../system/printable.ts';

/** Cuts a program's output into lines, and draws those that are its log (JSON of pino) for people. */
export class ProgramLog {
  readonly #prefix: string;
  readonly #colorize: boolean;
  readonly #pretty: (line: string) => string;
  readonly #write: (line: string) => void;
  #rest = '';

  constructor(prefix: string, colorize: boolean, write: (line: string) => void) {
    this.#prefix = prefix;
    this.#colorize = colorize;
    this.#write = write;
    this.#pretty = prettyFactory({
      colorize,
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss',
      singleLine: true,
    });
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#print(line);
  }

  #print(line: string): void {
    if (line.trim() === '') return;
    const drawn = line.startsWith('{') ? this.#pretty(line).trimEnd() : line;
    for (const part of drawn.split('\n')) this.#write(`${this.#prefix} ${printable(part, this.#colorize)}`);
  }
}

/** What a program that could not start said to people: its output without its log. */
export function wordsOf(output: string): string {
  const words = output.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{'));
  return words.join('\n');
}

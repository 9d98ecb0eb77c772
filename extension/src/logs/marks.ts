import type { Mark } from './logText.ts';

/** So many marks are kept for one document; a log that is coloured letter by letter loses the colours of its end. */
const maxMarks = 500_000;

/** The marks of a document that grows, by line. */
export class Marks {
  readonly #lines: (Mark[] | undefined)[] = [];
  #count = 0;

  add(marks: readonly Mark[]): void {
    for (const mark of marks) {
      if (this.#count >= maxMarks) return;
      this.#count += 1;
      const line = (this.#lines[mark.line] ??= []);
      line.push(mark);
    }
  }

  /** The marks of the lines from `first` to `last`, both included. */
  between(first: number, last: number): readonly Mark[] {
    return this.#lines.slice(Math.max(0, first), last + 1).flatMap((line) => line ?? []);
  }
}

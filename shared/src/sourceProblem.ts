/** Something wrong in a text that a person wrote, with the place it is wrong. */
export interface SourceProblem {
  /** One sentence: what is wrong and what would be right. */
  readonly message: string;
  /** Where it starts, in UTF-16 code units from the beginning of the text. */
  readonly offset: number;
  /** How many UTF-16 code units it covers; at least 1 wherever there is text. */
  readonly length: number;
}

/** Problems of one text that are reported: nobody mends more before the next look, and a text may have a million. */
export const mostProblems = 100;
/** Characters of a name that a message repeats. */
const shownLetters = 100;

/** A name from the text as a message repeats it. */
export function shownName(name: string): string {
  return name.length <= shownLetters ? name : `${name.slice(0, shownLetters).toWellFormed()}…`;
}

/** Tells the 1-based line and column of an offset, as editors and compilers print them. The text is read once. */
export function positionsIn(text: string): (offset: number) => { line: number; column: number } {
  const lineStarts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) lineStarts.push(end + 1);
  return (offset) => {
    let line = 0;
    for (let beyond = lineStarts.length; beyond - line > 1;) {
      const middle = (line + beyond) >> 1;
      if ((lineStarts[middle] ?? 0) <= offset) line = middle;
      else beyond = middle;
    }
    return { line: line + 1, column: offset - (lineStarts[line] ?? 0) + 1 };
  };
}

/** `file:line:column: message` each, the form that terminals and editors turn into a link. */
export function describeProblems(
  fileName: string,
  text: string,
  problems: readonly SourceProblem[],
): readonly string[] {
  const positionOf = positionsIn(text);
  return problems.map(({ offset, message }) => {
    const { line, column } = positionOf(offset);
    return `${fileName}:${line}:${column}: ${message}`;
  });
}

/** Something wrong in a text that a person wrote, with the place it is wrong. */
export interface SourceProblem {
  /** One sentence: what is wrong and what would be right. */
  readonly message: string;
  /** Where it starts, in UTF-16 code units from the beginning of the text. */
  readonly offset: number;
  /** How many UTF-16 code units it covers; at least 1 wherever there is text. */
  readonly length: number;
}

/** The 1-based line and column of an offset, as editors and compilers print them. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}

/** `file:line:column: message`, the form that terminals and editors turn into a link. */
export function describeProblem(fileName: string, text: string, problem: SourceProblem): string {
  const { line, column } = positionAt(text, problem.offset);
  return `${fileName}:${line}:${column}: ${problem.message}`;
}

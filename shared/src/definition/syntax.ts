import { createScanner, parseTree, printParseErrorCode, visit, type Node } from 'jsonc-parser';
import { mostProblems, type SourceProblem } from '../sourceProblem.ts';

/** Objects and lists within each other. An Action has five; the parser's stack would bear some thousands. */
const deepest = 64;

/** Names, values, brackets, colons and commas. An Action of 100 Steps has some 2,000; each may make an object and a problem. */
const mostTokens = 40_000;

const options = { allowTrailingComma: true };

/**
 * What is wrong in a text as JSON with comments: the first {@link mostProblems} problems, in time linear in its length.
 */
export function findSyntaxProblems(text: string): readonly SourceProblem[] {
  const tooLarge = findTooLarge(text);
  if (tooLarge !== undefined) return [tooLarge];
  const problems: SourceProblem[] = [];
  const onError = (error: Parameters<typeof printParseErrorCode>[0], offset: number, length: number) => {
    if (problems.length >= mostProblems) return;
    const name = printParseErrorCode(error)
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase();
    const message = `This is not JSON with comments: ${name}.`;
    problems.push({ message, offset, length: Math.max(1, length) });
  };
  visit(text, { onError }, options);
  return problems;
}

/** The syntax tree of a text, as far as there is one. Undefined for one that is empty, or too large. */
export function syntaxTreeOf(text: string): Node | undefined {
  return findTooLarge(text) === undefined ? parseTree(text, [], options) : undefined;
}

/** Where a text has too much to be read, or is nested too deeply, found without going down into it. */
function findTooLarge(text: string): SourceProblem | undefined {
  const scanner = createScanner(text, true);
  // What would close each of those that are open: the parser goes on inside of one when another one's end comes.
  const ends: string[] = [];
  for (let tokens = 0; ; tokens++) {
    scanner.scan();
    const offset = scanner.getTokenOffset();
    const first = text[offset];
    if (first === undefined) return undefined;
    if (first === '{') ends.push('}');
    else if (first === '[') ends.push(']');
    else if (first === ends.at(-1)) ends.pop();
    if (ends.length > deepest) {
      return { message: `Objects and lists are nested more than ${deepest} deep here.`, offset, length: 1 };
    }
    if (tokens >= mostTokens) {
      const message = `The file has too much in it: more than ${mostTokens} names, values, brackets, colons and commas up to here.`;
      return { message, offset, length: 1 };
    }
  }
}

/** Whether a text has nothing but blanks and comments. */
export function isBlank(text: string): boolean {
  const scanner = createScanner(text, true);
  scanner.scan();
  return scanner.getTokenOffset() >= text.length;
}

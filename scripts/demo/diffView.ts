import { printable } from '../system/printable.ts';

type Paint = (format: 'bold' | 'green' | 'red' | 'cyan' | 'dim', text: string) => string;

/** Lines of a diff that are shown per repository; whoever wants more has the file, or VS Code. */
const shownLines = 120;

/** A Patch as lines for a terminal. Binary content is named, not shown; a long Patch is cut, and says by how much. */
export function diffLines(patch: Uint8Array, paint: Paint): string[] {
  const lines = partsOf(patch).flatMap((part) => partLines(part, paint));
  if (lines.length <= shownLines) return lines;
  return [...lines.slice(0, shownLines), paint('dim', `… ${lines.length - shownLines} more lines`)];
}

/** One for each file. The service made the Patch with git, whose lines within a part begin otherwise. */
function partsOf(patch: Uint8Array): string[] {
  return new TextDecoder()
    .decode(patch)
    .split(/(?<=\n)(?=diff --git )/)
    .filter((part) => part !== '');
}

function partLines(part: string, paint: Paint): string[] {
  const lines = part.replace(/\n$/, '').split('\n');
  const binary = lines.indexOf('GIT binary patch');
  const content = lines.findIndex((line) => line.startsWith('@@ '));
  const headerEnd = binary >= 0 && (content < 0 || binary < content) ? binary : content;
  const header = headerEnd < 0 ? lines : lines.slice(0, headerEnd);
  return [
    // Full object ids are for programs.
    ...header
      .filter((line) => !line.startsWith('index '))
      .map((line) => paint('bold', printable(line, false))),
    ...(headerEnd === binary && binary >= 0
      ? [paint('dim', '(binary content)')]
      : headerEnd < 0
        ? []
        : lines.slice(headerEnd).map((line) => contentLine(line, paint))),
  ];
}

function contentLine(line: string, paint: Paint): string {
  const text = printable(line, false);
  if (line.startsWith('@@ ')) return paint('cyan', text);
  if (line.startsWith('+')) return paint('green', text);
  if (line.startsWith('-')) return paint('red', text);
  return line.startsWith('\\') ? paint('dim', text) : text;
}

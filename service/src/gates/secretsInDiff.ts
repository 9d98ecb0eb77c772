import type { GateFinding } from '@flotilla/shared/campaign/gateFinding';
import { secretIn } from './secretPatterns.ts';

/** Letters of a line that are looked at: what is longer was made by a program. */
const mostLetters = 10_000;

/** Finds what looks like secrets in the added lines of a diff as git writes it. Stops after `most`. */
export async function secretsInDiff(
  diff: AsyncIterable<Uint8Array>,
  most: number,
): Promise<readonly GateFinding[]> {
  const findings: GateFinding[] = [];
  const reader = new DiffReader();
  for await (const line of linesOf(diff)) {
    const added = reader.read(line);
    const what = added && secretIn(added.text);
    if (added === undefined || what === undefined) continue;
    findings.push({ kind: 'secret', path: added.path, line: added.line, what });
    if (findings.length === most) break;
  }
  return findings;
}

/** Follows where in which file a line of a diff is. */
class DiffReader {
  #path = '';
  #line = 0;
  /** Lines of the hunk that are still to come: what is among them is no heading, whatever it looks like. */
  #removedLeft = 0;
  #addedLeft = 0;

  read(line: string): { readonly path: string; readonly line: number; readonly text: string } | undefined {
    if (this.#removedLeft > 0 && line.startsWith('-')) {
      this.#removedLeft -= 1;
      return undefined;
    }
    if (this.#addedLeft > 0 && line.startsWith('+')) {
      this.#addedLeft -= 1;
      const text = line.slice(1, mostLetters);
      return { path: this.#path, line: this.#line++, text };
    }
    const [, removed = '1', start, added = '1'] =
      /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (start !== undefined) {
      this.#line = Number(start);
      this.#removedLeft = Number(removed);
      this.#addedLeft = Number(added);
    } else if (line.startsWith('+++ '))
      this.#path = line
        .slice(4)
        .replace(/^"?b\//, '')
        .replace(/"?\t?$/, '');
    return undefined;
  }
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let begun = '';
  for await (const chunk of chunks) {
    const lines = (begun + decoder.decode(chunk, { stream: true })).split('\n');
    begun = lines.pop() ?? '';
    yield* lines;
    // Of a line without an end the beginning is enough.
    if (begun.length > 2 * mostLetters) begun = begun.slice(0, mostLetters);
  }
  if (begun !== '') yield begun;
}

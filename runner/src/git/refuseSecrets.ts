import { createReadStream } from 'node:fs';
import { AttemptError } from '../jobs/attemptError.ts';
import type { Mask } from '../logs/mask.ts';

const lineEnd = 10;
const plus = '+'.charCodeAt(0);
/** A line that names the file of what follows begins so; no line of contents or of binary data does. */
const header = 'diff --git ';
const mostHeaderBytes = 4096;

/**
 * Refuses a Patch that would bring a secret into a repository, by an {@link AttemptError} that names the file. Added
 * lines alone count: a Patch that takes a secret out is welcome. Binary files are compressed and not looked into.
 */
export async function refuseSecrets(path: string, mask: Mask): Promise<void> {
  const { automaton } = mask;
  if (automaton.isEmpty) return;
  let state = 0;
  let first: number | undefined;
  let start = '';
  let file = '';
  let found = false;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length;) {
      const newline = chunk.indexOf(lineEnd, at);
      const end = newline === -1 ? chunk.length : newline;
      const part = chunk.subarray(at, end);
      first ??= part[0];
      if (first === plus) state = automaton.scan(part, 0, state, () => (found = true));
      else if (start.length < mostHeaderBytes) start += part.toString('latin1', 0, mostHeaderBytes);
      if (found) throw new AttemptError('patch', sentence(mask.text(file)));
      if (newline !== -1) {
        if (start.startsWith(header)) file = nameIn(start);
        state = 0;
        first = undefined;
        start = '';
      }
      at = end + 1;
    }
  }
}

function nameIn(line: string): string {
  const text = Buffer.from(line, 'latin1').toString();
  return text.slice(text.lastIndexOf(' b/') + 3);
}

function sentence(file: string): string {
  return `The patch would write a secret into ${file}; it was not stored. Keep the value out of the files that the steps change.`;
}

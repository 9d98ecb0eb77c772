import { createReadStream } from 'node:fs';
import { AttemptError } from '../endings/attemptError.ts';
import type { Mask } from '../logs/mask.ts';
import { unquoted } from './unquoted.ts';

const lineEnd = 10;
const plus = '+'.charCodeAt(0);
/** A line that names the file of what follows begins so; no line of contents or of binary data does. */
const header = 'diff --git ';
/** Of what follows it, when a file goes: its name goes too. */
const deletion = 'deleted file mode ';
/** Two paths of PATH_MAX, each byte as four of octal. */
const mostHeaderBytes = 2 * 4 * 4096 + header.length + 10;

/**
 * Refuses a Patch that would bring a secret into a repository, by an {@link AttemptError} that names the file. Looked at are
 * added lines, the targets of links, which are such lines, and the names of all files but those that go: a Patch that takes
 * a secret out is welcome. Binary files are compressed and not looked into.
 */
export async function refuseSecrets(path: string, mask: Mask): Promise<void> {
  const { automaton } = mask;
  if (automaton.isEmpty) return;
  let state = 0;
  let first: number | undefined;
  let start = '';
  let file = '';
  let found = false;
  /** Whether the file that was named last has a secret in its name, until the next line says whether it goes. */
  let isNamed = false;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length;) {
      const newline = chunk.indexOf(lineEnd, at);
      const end = newline === -1 ? chunk.length : newline;
      const part = chunk.subarray(at, end);
      first ??= part[0];
      if (first === plus) state = automaton.scan(part, 0, state, () => (found = true));
      else if (start.length < mostHeaderBytes) start += part.toString('latin1', 0, mostHeaderBytes);
      if (found) throw new AttemptError('patch', sentence(shown(mask, file)));
      if (newline !== -1) {
        if (isNamed && !start.startsWith(deletion))
          throw new AttemptError('patch', nameSentence(shown(mask, file)));
        isNamed = false;
        if (start.startsWith(header)) {
          const names = unquoted(Buffer.from(start.slice(header.length), 'latin1'));
          file = nameIn(names.toString());
          automaton.scan(names, 0, 0, () => (isNamed = true));
        }
        state = 0;
        first = undefined;
        start = '';
      }
      at = end + 1;
    }
  }
}

function nameIn(names: string): string {
  return names.slice(names.lastIndexOf(' b/') + 3);
}

/** A name in a sentence of one line. */
function shown(mask: Mask, file: string): string {
  return mask.text(file).replaceAll(/\p{Cc}/gu, ' ');
}

function sentence(file: string): string {
  return `The patch would write a secret into ${file}; it was not stored. Keep the value out of the files that the steps change.`;
}

function nameSentence(file: string): string {
  return `The patch has a file with a secret in its name, ${file}; it was not stored. Keep the value out of the names of files.`;
}

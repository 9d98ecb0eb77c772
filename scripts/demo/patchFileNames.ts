import { createHash } from 'node:crypto';

const ending = '.patch';
/** A file name has 255 bytes at most (ext4); the ending and a number need some of them. */
const maxBytes = 200;
/** What some file system or shell stumbles over. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const unsafe = /[\u0000-\u001f\u007f<>:"|?*\\]/g;

/** A file name per repository: safe on every file system, and unique also where letter case does not count. */
export function patchFileNames(repositories: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  // Names that need no change keep theirs, whatever else there is.
  const inOrder = [...repositories].sort((a, b) => Number(stemOf(a) !== a) - Number(stemOf(b) !== b));
  for (const repository of inOrder) {
    const stem = stemOf(repository);
    let name = stem + ending;
    for (let number = 2; taken.has(name.toLowerCase()); number += 1) name = `${stem}-${number}${ending}`;
    taken.add(name.toLowerCase());
    names.set(repository, name);
  }
  return names;
}

function stemOf(repository: string): string {
  const safe = repository.replaceAll('/', '__').replace(unsafe, '_').replace(/^[.-]/, '_');
  if (Buffer.byteLength(safe) <= maxBytes) return safe;
  const hash = createHash('sha256').update(repository).digest('hex').slice(0, 12);
  return `${Buffer.from(safe)
    .subarray(0, maxBytes)
    .toString()
    .replace(/\ufffd$/, '')}-${hash}`;
}

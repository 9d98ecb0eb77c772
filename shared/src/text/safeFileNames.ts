import { distinctNames } from './distinctNames.ts';
import { oneLine } from './oneLine.ts';

/** Bytes of a name without its ending and a number: file systems take 255 in all, and some of that is for those. */
const maxStemBytes = 200;
/** Characters of the text from which a hash tells long names apart. */
const hashCharacters = 12;
/** What Windows, a shell or a URL takes for something else. */
const unsafe = /[<>:"|?*%\ufffd]/g;
/** Devices of Windows, whatever ending follows. */
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])(?=\s*(?:\.|$))/i;

/**
 * A file name for each of some names from outside, in their order: inside the folder it is meant for, writable on every
 * file system, no option to a program, not hidden, and no two of them the same, also where neither letter case nor the
 * form of an accent counts. Slashes become `__`. A name that can stay as it is does, whatever else there is.
 */
export function safeFileNames(names: readonly string[], ending: string): readonly string[] {
  const stems = names.map(stemOf);
  const isChanged = (index: number) => Number(stems[index] !== names[index]);
  const order = [...names.keys()].sort((a, b) => isChanged(a) - isChanged(b));
  const distinct = distinctNames(
    order.map((index) => stems[index] ?? ''),
    { keyOf, numbered: (stem, number) => `${stem}-${number}` },
  );
  const chosen: string[] = [];
  for (const [at, index] of order.entries()) chosen[index] = `${distinct[at] ?? ''}${ending}`;
  return chosen;
}

function stemOf(name: string): string {
  const safe = oneLine(name)
    .replace(/[/\\]/g, '__')
    .replace(unsafe, '_')
    .replace(/^[.\s~-]+/, '_')
    .replace(/[.\s]+$/, '_')
    .replace(reserved, '_$&');
  if (safe === '') return '_';
  return byteLength(safe) <= maxStemBytes ? safe : `${beginning(safe)}-${hashOf(name)}`;
}

/** What stands for all names that some file system takes for the same. */
function keyOf(name: string): string {
  return name.normalize('NFKC').toUpperCase().toLowerCase();
}

/** As many whole characters as fit with a hash behind them. */
function beginning(name: string): string {
  const bytes = new TextEncoder()
    .encode(name.slice(0, maxStemBytes))
    .subarray(0, maxStemBytes - hashCharacters - 1);
  return new TextDecoder().decode(bytes).replace(/\ufffd+$/, '');
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** FNV-1a of 64 bits: it tells names apart that are only long; equal ones get a number like any others. */
function hashOf(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0').slice(0, hashCharacters);
}

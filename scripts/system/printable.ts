import { stripVTControlCharacters } from 'node:util';
import { oneLine } from '@flotilla/shared/text/oneLine';

/** Sequences that set colours and weights (ECMA-48 SGR): the only ones from outside that may reach a terminal. */
// eslint-disable-next-line no-control-regex -- escape sequences are what is looked for
const colours = /(\u001b\[[\d;:]*m)/;
const reset = '\u001b[0m';

/** A line that a container or a repository brought, made harmless: it sets colours at most, where they are shown. */
export function printable(line: string, coloured: boolean): string {
  // A program that draws its progress writes over its line: what it wrote last is what a terminal would show.
  const shown = line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
  if (!coloured) return plain(shown);
  const parts = shown.split(colours);
  const text = parts.map((part, index) => (index % 2 === 1 ? part : plain(part))).join('');
  return parts.length > 1 ? text + reset : text;
}

function plain(text: string): string {
  return stripVTControlCharacters(text).split('\t').map(oneLine).join('\t');
}

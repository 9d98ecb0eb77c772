import { stripVTControlCharacters } from 'node:util';

/** Sequences that set colours and weights (ECMA-48 SGR): the only ones from outside that may reach a terminal. */
// eslint-disable-next-line no-control-regex -- escape sequences are what is looked for
const colours = /(\u001b\[[\d;:]*m)/;
/** Control characters but the tab, and marks that turn the direction of the text around them. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const unprintable = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
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
  return stripVTControlCharacters(text).replace(unprintable, '\ufffd');
}

/**
 * The path that the header of one section of a Patch is about. `lines` begins with the `diff --git` line. The names
 * of that line differ only in a rename or a copy, and then lines of their own say them.
 */
export function parseDiffHeader(lines: readonly string[]): string {
  const target = lines
    .map((line) => /^(?:rename|copy) to (.*)$/.exec(line)?.[1])
    .find((name) => name !== undefined);
  if (target !== undefined) return unquote(target);
  const names = (lines[0] ?? '').slice('diff --git '.length);
  return withoutPrefix(names.startsWith('"') ? unquote(firstQuoted(names)) : firstOfTwins(names));
}

/** `a/<path> b/<path>` with the same path twice: it is as long as what is left says. */
function firstOfTwins(names: string): string {
  return names.slice(0, (names.length - 1) / 2);
}

function firstQuoted(names: string): string {
  const quoted = /^"(?:\\.|[^"\\])*"/.exec(names)?.[0];
  if (quoted === undefined) throw new Error(`The Patch has a line that is not git's: diff --git ${names}`);
  return quoted;
}

function withoutPrefix(name: string): string {
  return name.replace(/^[ab]\//, '');
}

const escapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  '\\': 92,
};

/** Undoes git's C-style quoting: the bytes of the name, read as UTF-8. A name without quotation marks is as it is. */
function unquote(name: string): string {
  if (!name.startsWith('"')) return name;
  const bytes: number[] = [];
  for (const [text, escape] of name.slice(1, -1).matchAll(/\\([0-7]{3}|.)|[^\\]+/gs)) {
    if (escape === undefined) bytes.push(...new TextEncoder().encode(text));
    else bytes.push(escapes[escape] ?? Number.parseInt(escape, 8));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

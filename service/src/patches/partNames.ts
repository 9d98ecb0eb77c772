/** The names that the `diff --git` line of a part has: the same path below `a/` and `b/`, each quoted when it has to be. */
export interface PartNames {
  readonly old: string;
  readonly new: string;
}

const start = 'diff --git ';

/** Reads a `diff --git` line as git writes it where it looks for no renames. Undefined for any other. */
export function partNamesIn(line: string): PartNames | undefined {
  if (!line.startsWith(start)) return undefined;
  const names = line.slice(start.length);
  // Both are as long as each other, so a blank in a path is no matter.
  const middle = (names.length - 1) / 2;
  const [before, after] = [names.slice(0, middle), names.slice(middle + 1)];
  const path = pathIn(before, 'a');
  const areTwins = names[middle] === ' ' && path !== undefined && pathIn(after, 'b') === path;
  return areTwins ? { old: before, new: after } : undefined;
}

/** The name in a `---` or `+++` line: after a name with a blank git writes a tab. */
export function nameIn(line: string): string {
  return line.slice('--- '.length).replace(/\t$/, '');
}

/** The path as it is written, with its quotation marks if it has any. */
function pathIn(name: string, side: 'a' | 'b'): string | undefined {
  const [, quote = '', path] = /^("?)([ab]\/.+)$/s.exec(name) ?? [];
  if (path === undefined || !path.startsWith(`${side}/`)) return undefined;
  // A NUL ends a path for git, and is in none that it writes.
  if (quote === '' ? path.includes('"') : !path.endsWith('"') || /(?<!\\)(?:\\\\)*\\000/.test(path))
    return undefined;
  return quote + path.slice(2);
}

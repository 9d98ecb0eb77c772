import { oneLine } from '../platform/plainText.ts';

/**
 * A file name for each repository's Patch: the repository's name with `__` for slashes, which no two of them share,
 * also on a file system that does not tell capital letters apart.
 */
export function patchFileNames(repositories: readonly string[]): string[] {
  const taken = new Set<string>();
  return repositories.map((repository) => {
    const stem = oneLine(repository)
      .replace(/[/\\]/g, '__')
      .replace(/[<>:"|?*\ufffd]/g, '_')
      .replace(/^\.+/, '_');
    let name = `${stem}.patch`;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${stem}-${number}.patch`;
    taken.add(name.toLowerCase());
    return name;
  });
}

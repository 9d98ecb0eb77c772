/** Endings of the files that hold an Action in JSON with comments. */
export const actionFileEndings = ['.action.json', '.action.jsonc'] as const;

/** The last part of a path without its action-file ending: `ci/bump-node.action.json` is `bump-node`. */
export function stemOf(fileName: string): string {
  const base = fileName.split(/[/\\]/).at(-1) ?? fileName;
  const ending = actionFileEndings.find((candidate) => base.endsWith(candidate));
  const stem = ending === undefined ? base.replace(/\.[^.]+$/, '') : base.slice(0, -ending.length);
  return stem === '' ? 'action' : stem;
}

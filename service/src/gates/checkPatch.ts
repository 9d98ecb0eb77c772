import type { GateFinding } from '@flotilla/shared/campaign/gateFinding';
import { git, readGit } from '../git/git.ts';
import { patchMemoryBytes } from '../patches/patchLimits.ts';
import { parseTreeDiff, shownPath, treeDiffArguments, type TreeChange } from '../patches/treeDiff.ts';
import type { GatePolicy } from './gatePolicy.ts';
import { isLeftBehind } from './leftBehind.ts';
import { matchesPath } from './pathPattern.ts';
import { secretsInDiff } from './secretsInDiff.ts';

/** Findings of one kind that are named one by one. */
const mostNamed = 20;

/** What keeps a Patch from being published without a further word; nothing for one that passes. */
export async function checkPatch(
  patch: { readonly mirrorPath: string; readonly baseTree: string; readonly resultTree: string },
  policy: GatePolicy,
  signal: AbortSignal,
): Promise<readonly GateFinding[]> {
  const { mirrorPath: gitDir, baseTree, resultTree } = patch;
  const options = { gitDir, signal, memoryBytes: patchMemoryBytes } as const;
  const { output } = await git([...treeDiffArguments, baseTree, resultTree], options);
  const changes = parseTreeDiff(output);
  const isKnown = await knownFolders(changes, baseTree, options);
  const text = ['diff-tree', '-r', '-p', '--unified=0', '--no-color', '--no-ext-diff', '--no-renames'];
  const secrets = await readGit([...text, baseTree, resultTree], options, (diff) =>
    secretsInDiff(diff, mostNamed),
  );
  return [...findingsOf(changes, policy, isKnown), ...secrets];
}

/** What can be said by the list of changed files. */
export function findingsOf(
  changes: readonly TreeChange[],
  policy: GatePolicy,
  isKnownFolder: (folder: string) => boolean,
): readonly GateFinding[] {
  const lines = changes.reduce((sum, one) => sum + (one.addedLines ?? 0) + (one.removedLines ?? 0), 0);
  const paths = [
    ...new Set(
      changes.flatMap(({ path, previousPath }) => (previousPath === null ? [path] : [previousPath, path])),
    ),
  ];
  const forbidden = paths.flatMap((path) => {
    const pattern = policy.forbiddenPaths.find((each) => matchesPath(each, path));
    return pattern === undefined ? [] : [{ kind: 'forbiddenPath', path: shownPath(path), pattern } as const];
  });
  const left = changes
    .filter(
      ({ status, path }) => (status === 'added' || status === 'renamed') && isLeftBehind(path, isKnownFolder),
    )
    .map(({ path }) => ({ kind: 'leftBehind', path: shownPath(path) }) as const);
  return [
    ...(changes.length > policy.mostFiles
      ? [{ kind: 'tooManyFiles', files: changes.length, most: policy.mostFiles } as const]
      : []),
    ...(lines > policy.mostLines ? [{ kind: 'tooManyLines', lines, most: policy.mostLines } as const] : []),
    ...forbidden.slice(0, mostNamed),
    ...left.slice(0, mostNamed),
  ];
}

/** Which folders of new files the base has already. */
async function knownFolders(
  changes: readonly TreeChange[],
  baseTree: string,
  options: { readonly gitDir: string; readonly signal: AbortSignal; readonly memoryBytes: number },
): Promise<(folder: string) => boolean> {
  const folders = new Set<string>();
  for (const { status, path } of changes) {
    if (status !== 'added' && status !== 'renamed') continue;
    const parts = path.split('/').slice(0, -1);
    parts.forEach((_, index) => folders.add(parts.slice(0, index + 1).join('/')));
  }
  if (folders.size === 0) return () => false;
  const asked = [...folders];
  const input = Buffer.from(asked.map((folder) => `${baseTree}:${folder}\n`).join(''), 'latin1');
  const { output } = await git(['cat-file', '--batch-check=%(objecttype)'], { ...options, input });
  const types = output.toString('latin1').split('\n');
  const known = new Set(asked.filter((_, index) => types[index] === 'tree'));
  return (folder) => known.has(folder);
}

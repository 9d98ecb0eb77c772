import type { ChangedFile } from '@flotilla/shared/views';
import { git } from '../git/git.ts';
import { parseTreeDiff, shownPath, treeDiffArguments } from './treeDiff.ts';

export interface TreePair {
  readonly mirrorPath: string;
  readonly baseTree: string;
  readonly resultTree: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The files that differ between two trees, by path; renames are found by git's own measure. Paths are read as UTF-8:
 * a byte that is none appears as U+FFFD here, and is untouched in the Patch itself.
 */
export async function changedFiles(pair: TreePair): Promise<ChangedFile[]> {
  const { mirrorPath: gitDir, baseTree, resultTree, signal } = pair;
  const { output } = await git([...treeDiffArguments, baseTree, resultTree], { gitDir, signal });
  return parseTreeDiff(output).map(
    ({ status, path, previousPath, base, result, addedLines, removedLines }) => ({
      path: shownPath(path),
      previousPath: previousPath === null ? null : shownPath(previousPath),
      status,
      baseMode: base?.mode ?? null,
      resultMode: result?.mode ?? null,
      addedLines,
      removedLines,
      included: true,
    }),
  );
}

import type { ChangedFile } from '@flotilla/shared/views';
import { FlotillaError } from '@flotilla/shared/errors';
import { git, GitLimitError } from '../git/git.ts';
import { patchMemoryBytes } from './patchLimits.ts';
import { parseTreeDiff, shownPath, treeDiffArguments } from './treeDiff.ts';

export interface TreePair {
  readonly mirrorPath: string;
  readonly baseTree: string;
  readonly resultTree: string;
  /** Who asks, as the owner of a git (`user:7`). */
  readonly owner: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The files that differ between two trees, by path; renames are found by git's own measure. Paths are read as UTF-8:
 * a byte that is none appears as U+FFFD here, and is untouched in the Patch itself. Throws `content.tooLarge` when git would
 * take more than it may.
 */
export async function changedFiles(pair: TreePair): Promise<ChangedFile[]> {
  const { mirrorPath: gitDir, baseTree, resultTree, signal, owner } = pair;
  const options = { gitDir, signal, owner, lane: 'reader', memoryBytes: patchMemoryBytes } as const;
  const { output } = await git([...treeDiffArguments, baseTree, resultTree], options).catch(refuseTooLarge);
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

function refuseTooLarge(error: unknown): never {
  if (!(error instanceof GitLimitError)) throw error;
  throw new FlotillaError(
    'content.tooLarge',
    `The changed files are too large to be compared: ${error.stderr}. Save the patch, and look at it in a clone of the repository.`,
    { cause: error },
  );
}

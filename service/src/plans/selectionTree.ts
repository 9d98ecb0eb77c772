import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git, gitText } from '../git/git.ts';
import { patchMemoryBytes } from '../patches/patchLimits.ts';
import { parseTreeDiff, shownPath, treeDiffArguments, type TreeChange } from '../patches/treeDiff.ts';

/** A Patch without what a reviewer left out. */
export interface Selection {
  /** Kept by `refs/flotilla/selections/<tree>`. */
  readonly tree: string;
  readonly files: number;
  readonly addedLines: number;
  readonly removedLines: number;
}

/**
 * Makes the tree of a Patch without the files that a reviewer left out, by their shown paths; undefined when nothing is left of
 * it. Of a rename that is left out, both sides stay as they were.
 */
export async function selectionTree(
  patch: {
    readonly mirrorPath: string;
    readonly baseTree: string;
    readonly resultTree: string;
    readonly leftOut: ReadonlySet<string>;
  },
  signal: AbortSignal,
): Promise<Selection | undefined> {
  const { mirrorPath: gitDir, baseTree, resultTree, leftOut } = patch;
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-index-'));
  try {
    const environment = { GIT_INDEX_FILE: join(folder, 'index') };
    const options = { gitDir, signal, environment, lane: 'job', memoryBytes: patchMemoryBytes } as const;
    const { output } = await git([...treeDiffArguments, baseTree, resultTree], options);
    const kept = parseTreeDiff(output).filter(({ path }) => !leftOut.has(shownPath(path)));
    if (kept.length === 0) return undefined;
    await git(['read-tree', baseTree], options);
    const input = Buffer.from(kept.flatMap(indexEntries).join(''), 'latin1');
    await git(['update-index', '-z', '--index-info'], { ...options, input });
    const tree = await gitText(['write-tree'], options);
    await git(['update-ref', `refs/flotilla/selections/${tree}`, tree], options);
    return {
      tree,
      files: kept.length,
      addedLines: sum(kept.map(({ addedLines }) => addedLines ?? 0)),
      removedLines: sum(kept.map(({ removedLines }) => removedLines ?? 0)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What `git update-index --index-info` is told of a change. What goes makes room first: a file may become a folder. */
function indexEntries({ path, previousPath, result }: TreeChange): string[] {
  const gone = [previousPath, path].flatMap((each) =>
    each === null ? [] : [`0 ${'0'.repeat(40)}\t${each}\0`],
  );
  return result === null ? gone : [...gone, `${result.mode} ${result.id}\t${path}\0`];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

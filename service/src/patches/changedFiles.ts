import type { ChangedFile } from '@flotilla/shared/views';
import { git, splitNul } from '../git/git.ts';
import { parseNumstat } from './numstat.ts';

export interface TreePair {
  readonly mirrorPath: string;
  readonly baseTree: string;
  readonly resultTree: string;
  readonly signal?: AbortSignal | undefined;
}

type Change = Omit<ChangedFile, 'addedLines' | 'removedLines' | 'included'>;

const statuses: Readonly<Record<string, ChangedFile['status']>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  T: 'typeChanged',
};

/**
 * The files that differ between two trees, by path; renames are found by git's own measure. Paths are read as UTF-8:
 * a byte that is none appears as U+FFFD here, and is untouched in the Patch itself.
 */
export async function changedFiles(pair: TreePair): Promise<ChangedFile[]> {
  const { mirrorPath: gitDir, baseTree, resultTree, signal } = pair;
  const args = ['diff-tree', '-r', '-z', '--find-renames', baseTree, resultTree];
  const [raw, numstat] = await Promise.all([
    git([...args, '--raw', '--no-abbrev'], { gitDir, signal }),
    git([...args, '--numstat'], { gitDir, signal }),
  ]);
  const counts = new Map(parseNumstat(numstat.output).map((count) => [count.path, count]));
  return parseRaw(raw.output).map((change) => ({
    ...change,
    addedLines: counts.get(change.path)?.addedLines ?? null,
    removedLines: counts.get(change.path)?.removedLines ?? null,
    included: true,
  }));
}

/** Reads `--raw -z`: `:mode mode id id status NUL path NUL`, and for renames both paths. */
function parseRaw(output: Buffer): Change[] {
  const items = splitNul(output);
  const changes: Change[] = [];
  for (let index = 0; index < items.length;) {
    const [baseMode = '', resultMode = '', , , letter = ''] = (items[index] ?? '')
      .replace(/^:/, '')
      .split(' ');
    const status = statuses[letter[0] ?? ''];
    if (status === undefined) throw new Error(`git diff-tree gave the status ${letter}`);
    const renamed = status === 'renamed';
    const first = items[index + 1] ?? '';
    changes.push({
      path: renamed ? (items[index + 2] ?? '') : first,
      previousPath: renamed ? first : null,
      status,
      baseMode: baseMode === '000000' ? null : baseMode,
      resultMode: resultMode === '000000' ? null : resultMode,
    });
    index += renamed ? 3 : 2;
  }
  return changes;
}

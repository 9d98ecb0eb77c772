import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maxTextBytes } from '@flotilla/shared/protocol/contents';
import { git } from '../git/git.ts';
import type { TreePair } from './changedFiles.ts';
import { gitToSpool } from './gitToSpool.ts';
import { patchTextMemoryBytes } from './patchLimits.ts';
import type { Spool } from './spool.ts';
import { parseTreeDiff, shownPath, treeDiffArguments, type TreeChange } from './treeDiff.ts';

/** As Runners make it, so that a Patch that was accepted comes back as it was sent. */
const textArguments = [
  '--patch',
  '--binary',
  '--full-index',
  '--no-renames',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
];

/**
 * The text of the Patch that makes one tree of another, as git writes it, without the files that are left out. Those are
 * as they were in the base; where both cannot be, they stay, and what would take their place is left out as well: `a/b`
 * when `a` stays, and `a` when `a/b` stays.
 */
export async function patchText(pair: TreePair, leftOut: ReadonlySet<string>): Promise<Spool> {
  const { mirrorPath: gitDir, baseTree, resultTree, signal, owner } = pair;
  const reading = { gitDir, signal, owner, lane: 'reader', memoryBytes: patchTextMemoryBytes } as const;
  if (leftOut.size === 0) {
    const args = ['diff-tree', '-r', ...textArguments, baseTree, resultTree];
    return gitToSpool(args, reading, maxTextBytes);
  }
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-index-'));
  const options = { ...reading, environment: { GIT_INDEX_FILE: join(folder, 'index') } };
  try {
    const { output } = await git([...treeDiffArguments, baseTree, resultTree], reading);
    const staying = parseTreeDiff(output).filter(({ path }) => leftOut.has(shownPath(path)));
    await git(['read-tree', resultTree], options);
    await git(['update-index', '-z', '--replace', '--index-info'], { ...options, input: resetting(staying) });
    return await gitToSpool(['diff-index', '--cached', ...textArguments, baseTree], options, maxTextBytes);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What makes files again what they were in the base, in the form of `--index-info`. */
function resetting(changes: readonly TreeChange[]): Uint8Array {
  const gone = changes
    .filter(({ result }) => result !== null)
    .map(({ path }) => `0 ${'0'.repeat(40)}\t${path}`);
  const back = changes.flatMap(({ base, path, previousPath }) =>
    base === null ? [] : [`${base.mode} ${base.id}\t${previousPath ?? path}`],
  );
  return Buffer.from([...gone, ...back].map((line) => `${line}\0`).join(''), 'latin1');
}

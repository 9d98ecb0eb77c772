import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maxPatchFiles } from '@flotilla/shared/protocol/streams';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { git, GitError, gitText, type GitOptions } from '../git/git.ts';
import { PatchForm, tooManyFiles } from './patchForm.ts';
import { patchMemoryBytes } from './patchLimits.ts';
import { PatchRefusal } from './patchRefusal.ts';
import { machineTrouble } from './machineTrouble.ts';
import { parseTreeDiff, treeDiffArguments, type TreeChange } from './treeDiff.ts';

export interface PatchToAccept {
  readonly mirrorPath: string;
  /** The commit that the Patch is against. */
  readonly base: string;
  readonly patch: AsyncIterable<Uint8Array>;
  /** The tree that the Runner saw. */
  readonly tree: string;
  readonly attemptId: number;
  /** Who hands it in, as the owner of a git (`runner:…`). */
  readonly owner: string;
  readonly signal?: AbortSignal | undefined;
}

export type PatchVerdict =
  | {
      readonly ok: true;
      readonly baseTree: string;
      readonly resultTree: string;
      readonly files: number;
      readonly addedLines: number;
      readonly removedLines: number;
    }
  | { readonly ok: false; readonly message: string };

/**
 * Accepts a Patch by applying it in the mirror to a temporary index, without a work tree. From then on the tree that it
 * makes is the Patch, and its text is looked at no more; the tree is kept by `refs/flotilla/trees/<attempt>`. A text that
 * git would not have written is refused; git itself refuses paths that lead outside, into `.git`, or through a symbolic
 * link. Throws a FlotillaError `unavailable` when it is not the Patch that is wrong, but a full disk, a mirror or git.
 */
export async function acceptPatch(accept: PatchToAccept): Promise<PatchVerdict> {
  try {
    return await applyPatch(accept);
  } catch (error) {
    if (error instanceof PatchRefusal) return { ok: false, message: error.message };
    if (isTransientDatabaseError(error)) throw error;
    const trouble = await machineTrouble(error, accept);
    if (trouble !== undefined) throw trouble;
    if (error instanceof GitError) return { ok: false, message: firstLines(error.stderr) };
    throw error;
  }
}

async function applyPatch(accept: PatchToAccept): Promise<PatchVerdict> {
  const { mirrorPath: gitDir, owner, signal } = accept;
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-index-'));
  const environment = { GIT_INDEX_FILE: join(folder, 'index') };
  const options = { gitDir, owner, signal, environment, lane: 'job', memoryBytes: patchMemoryBytes } as const;
  try {
    const baseTree = await gitText(['rev-parse', '--verify', `${accept.base}^{tree}`], options);
    await git(['read-tree', baseTree], options);
    const form = await applyToIndex(accept.patch, options);
    const resultTree = await gitText(['write-tree'], options);
    if (resultTree !== accept.tree)
      throw new PatchRefusal(`it makes tree ${resultTree} in the mirror and ${accept.tree} on the runner`);
    const { output } = await git([...treeDiffArguments, baseTree, resultTree], options);
    const changes = parseTreeDiff(output);
    requireSame(form, changes);
    await git(['update-ref', `refs/flotilla/trees/${accept.attemptId}`, resultTree], options);
    return {
      ok: true,
      baseTree,
      resultTree,
      files: changes.length,
      addedLines: sum(changes.map((change) => change.addedLines ?? 0)),
      removedLines: sum(changes.map((change) => change.removedLines ?? 0)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Hands git what has been found to be of git's form, part by part. */
async function applyToIndex(patch: AsyncIterable<Uint8Array>, options: GitOptions): Promise<PatchForm> {
  const form = new PatchForm();
  async function* checked(): AsyncGenerator<Uint8Array> {
    for await (const chunk of patch) {
      form.push(chunk);
      yield chunk;
    }
    form.end();
  }
  // A Mac reads some names as `.git` that this machine does not.
  const environment = { ...options.environment, GIT_CONFIG_PARAMETERS: "'core.protectHFS=true'" };
  const args = ['apply', '--cached', '--whitespace=nowarn', '-'];
  await git(args, { ...options, environment, input: checked() });
  return form;
}

/** Each part must have changed a file of its own: a second part of a file, or one without effect, is not git's. */
function requireSame({ parts }: PatchForm, changes: readonly TreeChange[]): void {
  if (changes.length > maxPatchFiles) throw tooManyFiles();
  const link = changes.find(({ result }) => result?.mode === '160000');
  if (link !== undefined)
    throw new PatchRefusal('it changes a submodule, which is a commit of another repository');
  const changed = sum(changes.map(partsOf));
  if (parts !== changed) throw new PatchRefusal(`it has ${parts} parts, and what it changes has ${changed}`);
}

/** A rename is written as a file that goes and one that comes; so is a file that becomes a link. */
function partsOf({ status }: TreeChange): number {
  return status === 'renamed' || status === 'typeChanged' ? 2 : 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The first lines of git's complaint name the file and the line. */
function firstLines(text: string): string {
  return text.trim().split('\n').slice(0, 3).join('; ').slice(0, 500);
}

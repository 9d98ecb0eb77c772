import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { git, gitText } from '../git/git.ts';
import { parseNumstat } from './numstat.ts';
import { isRefusedPatch, patchTrouble } from './patchTrouble.ts';

export interface PatchToAccept {
  readonly mirrorPath: string;
  /** The commit that the Patch is against. */
  readonly base: string;
  readonly patch: AsyncIterable<Uint8Array>;
  readonly attemptId: number;
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
 * Accepts a Patch by applying it in the mirror to a temporary index, without a work tree. The tree it makes is kept by
 * `refs/flotilla/trees/<attempt>`. git itself refuses paths that lead outside, into `.git`, or through a symbolic link.
 * Throws a FlotillaError `unavailable` when it is not the Patch that is wrong, but a full disk, a mirror or git.
 */
export async function acceptPatch(accept: PatchToAccept): Promise<PatchVerdict> {
  try {
    return await applyPatch(accept);
  } catch (error) {
    if (isTransientDatabaseError(error)) throw error;
    throw patchTrouble(error, accept.mirrorPath) ?? error;
  }
}

async function applyPatch(accept: PatchToAccept): Promise<PatchVerdict> {
  const { mirrorPath: gitDir, signal } = accept;
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-index-'));
  const options = { gitDir, signal, environment: { GIT_INDEX_FILE: join(folder, 'index') } };
  try {
    const baseTree = await gitText(['rev-parse', '--verify', `${accept.base}^{tree}`], options);
    await git(['read-tree', baseTree], options);
    try {
      await git(['apply', '--cached', '--whitespace=nowarn', '-'], { ...options, input: accept.patch });
    } catch (error) {
      if (isRefusedPatch(error)) return { ok: false, message: firstLines(error.stderr) };
      throw error;
    }
    const resultTree = await gitText(['write-tree'], options);
    await git(['update-ref', `refs/flotilla/trees/${accept.attemptId}`, resultTree], options);
    const { output } = await git(
      // Renames as in the list of changed files, so that both count the same.
      ['diff-tree', '-r', '-z', '--numstat', '--find-renames', baseTree, resultTree],
      options,
    );
    const files = parseNumstat(output);
    return {
      ok: true,
      baseTree,
      resultTree,
      files: files.length,
      addedLines: sum(files.map((file) => file.addedLines ?? 0)),
      removedLines: sum(files.map((file) => file.removedLines ?? 0)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The first lines of git's complaint name the file and the line. */
function firstLines(text: string): string {
  return text.trim().split('\n').slice(0, 3).join('; ').slice(0, 500);
}

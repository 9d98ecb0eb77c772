import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { git, writeFiles, type FileContent } from './repositories.ts';
import { temporaryFolder } from './temporaryFolder.ts';
import type { PatchToSend } from './testRunner.ts';

/** What Steps would have done to a repository. */
export interface Changes {
  /** Files to write, by path. */
  readonly write?: Readonly<Record<string, FileContent>>;
  /** Files and folders. */
  readonly remove?: readonly string[];
  /** Pairs of old and new path. */
  readonly move?: readonly (readonly [string, string])[];
}

/** The Patch of those changes against the head of a repository, made by real git as a runner makes it. */
export async function patchOf(repository: string, changes: Changes): Promise<PatchToSend> {
  await using folder = await temporaryFolder();
  const workTree = join(folder.path, 'work');
  await git(folder.path, ['clone', '--quiet', '--no-hardlinks', repository, workTree]);
  for (const [from, to] of changes.move ?? []) await git(workTree, ['mv', from, to]);
  for (const path of changes.remove ?? []) await rm(join(workTree, path), { recursive: true });
  await writeFiles(workTree, changes.write ?? {});
  await git(workTree, ['add', '--all', '--force']);
  const diff = await git(
    workTree,
    ['diff', '--cached', '--binary', '--full-index', '--no-renames', 'HEAD'],
    'latin1',
  );
  return { bytes: Buffer.from(`${diff}\n`, 'latin1'), tree: await git(workTree, ['write-tree']) };
}

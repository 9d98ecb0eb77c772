import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Repositories lie at most this deep below the folder (issue: "found three levels deep"). */
const maxDepth = 3;

/** A repository in a folder of repositories. */
export interface FoundRepository {
  /** Path below the folder, without `.git` at its end. */
  readonly name: string;
  readonly gitDir: string;
}

/** The git repositories below a folder, bare or not, by name. Does not look inside them and follows no symbolic link. */
export async function findRepositories(folder: string): Promise<FoundRepository[]> {
  const found = await search(folder, '', 0);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function search(folder: string, below: string, depth: number): Promise<FoundRepository[]> {
  const entries = await readFolder(join(folder, below), depth === 0);
  if (depth > 0) {
    const gitDir = gitDirOf(join(folder, below), entries);
    if (gitDir !== undefined) return [{ name: below.replace(/\.git$/, ''), gitDir }];
    if (depth === maxDepth) return [];
  }
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== '.git');
  const nested = await Promise.all(
    folders.map((entry) => search(folder, join(below, entry.name), depth + 1)),
  );
  return nested.flat();
}

/** The git directory of a folder that is a repository: `.git` in a work tree (a folder, or a file of `git worktree`), or itself when bare. */
function gitDirOf(path: string, entries: readonly Dirent[]): string | undefined {
  const names = new Map(entries.map((entry) => [entry.name, entry]));
  const dotGit = names.get('.git');
  if (dotGit?.isDirectory() === true) return join(path, '.git');
  const bare = names.get('HEAD')?.isFile() === true && names.get('objects')?.isDirectory() === true;
  return bare && names.get('refs')?.isDirectory() === true ? path : undefined;
}

async function readFolder(path: string, mustExist: boolean): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    // A folder inside that cannot be read, or has just gone, holds no repository that we could read either.
    if (mustExist) throw error;
    return [];
  }
}

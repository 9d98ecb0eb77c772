import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { folderTrouble } from './folderTrouble.ts';
import { Unreadable } from './unreadable.ts';

/** Repositories lie at most this deep below the folder (issue: "found three levels deep"). */
export const maxDepth = 3;

/** Folders that are looked at, and entries of one: a folder beyond is somebody's heap of files. */
const maxFolders = 100_000;
const maxEntries = 100_000;

/** Folders that are looked at together. */
const foldersAtOnce = 32;

/** A repository in a folder of repositories. */
export interface FoundRepository {
  /** Path below the folder, without `.git` at its end unless there is another one of that name. */
  readonly name: string;
  readonly gitDir: string;
}

/** The git repositories below a folder, bare or not, by name. Does not look inside them and follows no symbolic link. */
export async function findRepositories(folder: string): Promise<FoundRepository[]> {
  const found: { below: string; gitDir: string }[] = [];
  let level = [''];
  for (let depth = 0; depth <= maxDepth; depth += 1) {
    const atOnce = pLimit(foldersAtOnce);
    const next: string[] = [];
    const look = async (below: string): Promise<void> => {
      const entries = await readFolder(join(folder, below), depth === 0);
      const gitDir = depth === 0 ? undefined : gitDirOf(join(folder, below), entries);
      if (gitDir !== undefined) found.push({ below, gitDir });
      else next.push(...foldersOf(entries).map((name) => join(below, name)));
    };
    await Promise.all(level.map((below) => atOnce(() => look(below))));
    level = next.sort().slice(0, maxFolders);
  }
  return named(found.sort((a, b) => (a.below < b.below ? -1 : 1)));
}

/** Each name once: bytes that are no UTF-8 are all read as U+FFFD, and lead to what is really called that. */
function foldersOf(entries: readonly Dirent[]): string[] {
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== '.git');
  return [...new Set(folders.map(({ name }) => name))];
}

/** Gives each a name of its own: `web` and `web.git` may lie side by side. */
function named(found: readonly { readonly below: string; readonly gitDir: string }[]): FoundRepository[] {
  const taken = new Set(found.map(({ below }) => below).filter((below) => !below.endsWith('.git')));
  const repositories = found.map(({ below, gitDir }): FoundRepository => {
    const short = below.replace(/\.git$/, '');
    const name = short === below || !taken.has(short) ? short : below;
    taken.add(name);
    return { name, gitDir };
  });
  return repositories.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The git directory of a folder that is a repository: the folder `.git` in a work tree, or itself when bare. */
function gitDirOf(path: string, entries: readonly Dirent[]): string | undefined {
  const names = new Map(entries.map((entry) => [entry.name, entry]));
  const dotGit = names.get('.git');
  if (dotGit?.isDirectory() === true) return join(path, '.git');
  const bare = names.get('HEAD')?.isFile() === true && names.get('objects')?.isDirectory() === true;
  return bare && names.get('refs')?.isDirectory() === true ? path : undefined;
}

async function readFolder(path: string, mustExist: boolean): Promise<Dirent[]> {
  const entries: Dirent[] = [];
  try {
    for await (const entry of await opendir(path)) {
      entries.push(entry);
      if (entries.length === maxEntries) break;
    }
    return entries;
  } catch (error) {
    // A folder inside that cannot be read, or has just gone, holds no repository that we could read either.
    if (mustExist) throw new Unreadable(folderTrouble(error, path));
    return [];
  }
}

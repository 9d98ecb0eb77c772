import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import { oneReason } from '../../repositories/oneReason.ts';
import type { UnseenPlace } from '../codeHost.ts';
import { emptyFolder, folderTrouble } from './folderTrouble.ts';
import { Unreadable } from './unreadable.ts';

/** Repositories lie at most this deep below the folder (issue: "found three levels deep"). */
export const maxDepth = 3;

/** Folders that are looked at, and entries of one: a folder beyond is somebody's heap of files. */
const maxFolders = 100_000;
const maxEntries = 100_000;

/** Folders that could not be looked at, and are named one by one. */
const maxUnseen = 100;

/** Folders that are looked at together. */
const foldersAtOnce = 32;

/** A repository in a folder of repositories. */
export interface FoundRepository {
  /** Path below the folder, without `.git` at its end unless there is another one of that name. */
  readonly name: string;
  readonly gitDir: string;
}

/** What is in a folder of repositories. */
export interface FoundRepositories {
  readonly found: readonly FoundRepository[];
  readonly unseen: readonly UnseenPlace[];
}

/**
 * The git repositories below a folder, bare or not, by name, and the folders there that could not be looked at: all of them when
 * the folder has nothing in it. Does not look inside repositories and follows no symbolic link. Throws {@link Unreadable} when
 * the folder itself cannot be looked at.
 */
export async function findRepositories(folder: string): Promise<FoundRepositories> {
  const found: { below: string; gitDir: string }[] = [];
  const unseen: UnseenPlace[] = [];
  let level = [''];
  for (let depth = 0; depth <= maxDepth; depth += 1) {
    const atOnce = pLimit(foldersAtOnce);
    const next: string[] = [];
    const look = async (below: string): Promise<void> => {
      const entries = await readFolder(join(folder, below), depth === 0);
      if (typeof entries === 'string') {
        if (depth === 0) throw new Unreadable(entries);
        unseen.push(unseenPlace(below, entries));
        return;
      }
      if (depth === 0 && entries.length === 0) unseen.push(unseenPlace('', emptyFolder(folder)));
      const gitDir = depth === 0 ? undefined : gitDirOf(join(folder, below), entries);
      if (gitDir !== undefined) found.push({ below, gitDir });
      else next.push(...foldersOf(entries).map((name) => join(below, name)));
    };
    await Promise.all(level.map((below) => atOnce(() => look(below))));
    if (depth === maxDepth) break;
    level = next.sort().slice(0, maxFolders);
    for (const parent of new Set(next.slice(maxFolders).map((below) => dirname(below))))
      unseen.push(unseenPlace(parent === '.' ? '' : parent, `more than ${maxFolders} folders lie so deep`));
  }
  return {
    found: named(found.sort((a, b) => (a.below < b.below ? -1 : 1))),
    unseen: unseen.length > maxUnseen ? [unseenAll(unseen.length)] : unseen,
  };
}

function unseenPlace(place: string, trouble: string): UnseenPlace {
  return { place, reason: `it cannot be looked at: ${oneReason(trouble)}` };
}

/** One place for so many that whoever looks for a name among them would take long. */
function unseenAll(count: number): UnseenPlace {
  return unseenPlace('', `${count} folders cannot be read`);
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

/** What is in a folder; else why that is not known. One that need not be there is empty when it has just gone. */
async function readFolder(path: string, mustExist: boolean): Promise<Dirent[] | string> {
  const entries: Dirent[] = [];
  try {
    for await (const entry of await opendir(path)) {
      if (entries.length === maxEntries) return `${path} has more than ${maxEntries} entries`;
      entries.push(entry);
    }
    return entries;
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isGone && !mustExist ? [] : folderTrouble(error, path);
  }
}

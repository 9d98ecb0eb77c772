import type { Dirent } from 'node:fs';
import { constants, lstat, open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { Unreadable } from './unreadable.ts';

/**
 * The text of a file of a repository, undefined when there is none. Throws {@link Unreadable} when it is something else than a
 * file, whose opening might wait for ever (a FIFO) or lead elsewhere (a symbolic link), or larger than it may be.
 */
export async function readPlainFile(
  folder: string,
  name: string,
  maxBytes: number,
): Promise<string | undefined> {
  const path = join(folder, name);
  if (!(await requirePlainFile(folder, name, maxBytes))) return undefined;
  // It may have become something else meanwhile.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  const buffer = Buffer.alloc(Math.min((await file.stat()).size, maxBytes));
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.toString('utf8', 0, length);
}

/** Whether there is such a file; throws as {@link readPlainFile} does. */
export async function requirePlainFile(folder: string, name: string, maxBytes: number): Promise<boolean> {
  const entry = await statIfThere(join(folder, name));
  if (entry === undefined) return false;
  if (!entry.isFile()) throw new Unreadable(`its ${name} is no plain file`);
  if (entry.size > maxBytes)
    throw new Unreadable(`its ${name} has ${entry.size} bytes; ${maxBytes} are the most`);
  return true;
}

/** Whether there is such a folder; throws {@link Unreadable} when it is something else. */
export async function requirePlainFolder(folder: string, name: string): Promise<boolean> {
  const entry = await statIfThere(join(folder, name));
  if (entry === undefined) return false;
  if (!entry.isDirectory()) throw new Unreadable(`its ${name} is no plain folder`);
  return true;
}

/** Entries of a folder that are read at once. */
const entriesAtOnce = 512;

/** What a walk through folders may meet. */
export interface WalkLimits {
  readonly depth: number;
  readonly entries: number;
}

/** Throws {@link Unreadable} when there is anything but files and folders below a folder, or more than a walk may meet. */
export async function requirePlainTree(
  folder: string,
  name: string,
  { depth, entries }: WalkLimits,
): Promise<void> {
  let left = entries;
  const walk = async (below: string, deeper: number): Promise<void> => {
    for await (const entry of entriesOf(join(folder, below))) {
      const path = `${below}/${entry.name}`;
      if ((left -= 1) < 0) throw new Unreadable(`its ${name} has more than ${entries} entries`);
      if (entry.isDirectory()) {
        if (deeper === 0) throw new Unreadable(`its ${name} has folders deeper than ${depth}`);
        await walk(path, deeper - 1);
      } else if (!entry.isFile()) throw new Unreadable(`its ${path} is no plain file`);
    }
  };
  await walk(name, depth);
}

/** As they come: a folder may have millions, and is left when there are too many. */
async function* entriesOf(path: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(path, { bufferSize: entriesAtOnce });
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
}

/** What is at a path, not where it leads; undefined when nothing is. */
export async function statIfThere(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** Nothing is there, or could be: its name is longer than one may be. */
function isAbsence(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  return error.code === 'ENOENT' || error.code === 'ENAMETOOLONG';
}

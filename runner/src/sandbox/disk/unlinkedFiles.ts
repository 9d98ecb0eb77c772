import { readdir, readFile, readlink, stat, statfs } from 'node:fs/promises';

/** So many open files are looked at, of all processes of a container together. */
const mostLooks = 20_000;
/** What a file system in memory says that it is (statfs(2)); its files count as the container's memory. */
const tmpfsType = 0x01021994;
/** The kernel counts a file's blocks in these. */
const blockBytes = 512;
/** Where the kernel writes the path of a file, what it says of one that has none any more. */
const deleted = / \(deleted\)$/;

/**
 * Bytes on disk of the files that a container has open, or mapped, and that have no name any more: no walk through its
 * folders finds them. `pid` is its first process; 0, and for a runner that is not root, nothing is found. Those on the known
 * device do not count.
 */
export async function unlinkedBytes(pid: number, knownDevice?: number): Promise<number> {
  if (pid === 0) return 0;
  const mounts = await linkOf(`/proc/${pid}/ns/mnt`);
  if (mounts === undefined) return 0;
  const found = new Map<string, number>();
  let looks = 0;
  for (const name of await namesOf('/proc')) {
    if (!/^\d+$/.test(name) || (await linkOf(`/proc/${name}/ns/mnt`)) !== mounts) continue;
    for (const path of [...(await openFiles(name)), ...(await mappedFiles(name))]) {
      looks += 1;
      if (looks > mostLooks) return sum(found);
      await note(path, found, knownDevice);
    }
  }
  return sum(found);
}

async function openFiles(pid: string): Promise<string[]> {
  return (await namesOf(`/proc/${pid}/fd`)).map((name) => `/proc/${pid}/fd/${name}`);
}

async function mappedFiles(pid: string): Promise<string[]> {
  const lines = (await unlessGone(readFile(`/proc/${pid}/maps`, 'utf8')))?.split('\n') ?? [];
  return lines
    .filter((line) => deleted.test(line))
    .map((line) => `/proc/${pid}/map_files/${line.slice(0, line.indexOf(' '))}`);
}

async function note(
  path: string,
  found: Map<string, number>,
  knownDevice: number | undefined,
): Promise<void> {
  if (!deleted.test((await linkOf(path)) ?? '')) return;
  const file = await unlessGone(stat(path));
  if (file === undefined || !file.isFile() || file.nlink > 0 || file.dev === knownDevice) return;
  const key = `${file.dev}:${file.ino}`;
  if (found.has(key)) return;
  const isInMemory = (await unlessGone(statfs(path)))?.type === tmpfsType;
  found.set(key, isInMemory ? 0 : file.blocks * blockBytes);
}

function sum(found: ReadonlyMap<string, number>): number {
  return [...found.values()].reduce((total, bytes) => total + bytes, 0);
}

async function namesOf(folder: string): Promise<string[]> {
  return (await unlessGone(readdir(folder))) ?? [];
}

function linkOf(path: string): Promise<string | undefined> {
  return unlessGone(readlink(path));
}

/** Processes end while they are looked at, and those of others are not shown to everybody. */
async function unlessGone<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch {
    return undefined;
  }
}

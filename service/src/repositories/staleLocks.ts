import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { limitsOfLanes } from '../git/lanes.ts';

/** What is older was left by a git that was killed: none works so long. Those that lock refs have a third of it, whatever the clocks say. */
const staleMs = Math.max(...Object.values(limitsOfLanes).map(({ timeLimitMs }) => timeLimitMs));

/** What git makes, and must not find, to rewrite its list of packed refs. */
const listLocks = ['packed-refs.lock', 'packed-refs.new'];

/** What a fetch writes to, and who removes pins. */
const lockedFolders = ['refs/heads', 'refs/flotilla/pins'];

/**
 * Removes the locks of branches, pins and of the list of packed refs that a git which was killed has left in a mirror: git
 * itself never does, and refuses to work. Only for the holder of the lock of the mirror.
 */
export async function removeStaleLocks(gitDir: string): Promise<void> {
  const below = await Promise.all(
    lockedFolders.map(async (folder) =>
      (await namesBelow(join(gitDir, folder))).map((name) => join(folder, name)),
    ),
  );
  // No branch is called so: git takes none whose name ends in this.
  const locks = below.flat().filter((name) => name.endsWith('.lock'));
  await removeStale(gitDir, ['HEAD.lock', ...listLocks, ...locks]);
}

/** The same for some refs that nobody writes any more, and the list of packed refs, for whoever removes them without that lock. */
export async function removeStaleLocksOf(gitDir: string, refs: readonly string[]): Promise<void> {
  await removeStale(gitDir, [...listLocks, ...refs.map((ref) => `${ref}.lock`)]);
}

async function removeStale(gitDir: string, names: readonly string[]): Promise<void> {
  const before = Date.now() - staleMs;
  await Promise.all(
    names.map(async (name) => {
      const path = join(gitDir, name);
      const modifiedMs = await unlessAbsent(stat(path).then(({ mtimeMs }) => mtimeMs));
      if (modifiedMs !== undefined && modifiedMs < before) await rm(path, { force: true });
    }),
  );
}

async function namesBelow(folder: string): Promise<string[]> {
  return (await unlessAbsent(readdir(folder, { recursive: true }))) ?? [];
}

async function unlessAbsent<T>(looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

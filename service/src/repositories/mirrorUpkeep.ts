import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { git, gitText } from '../git/git.ts';

const pinsFolder = 'refs/flotilla/pins/';

/** More are slow to look through; git itself would pack them anew at this number. */
const mostPacks = 50;
/** Of the 256 folders of loose objects one is looked at, as git does: 27 there are some 7,000 in all. */
const sampledFolder = '17';
const mostSampled = 27;

/** The commits that pins of a mirror keep. */
export async function listPins(gitDir: string, signal: AbortSignal): Promise<string[]> {
  const args = ['for-each-ref', `--format=%(refname:lstrip=3)`, pinsFolder];
  const pins = await gitText(args, { gitDir, signal, lane: 'upkeep' });
  return pins === '' ? [] : pins.split('\n');
}

/** Whether a mirror has become a heap of packs and loose objects. */
export async function isHeap(gitDir: string): Promise<boolean> {
  const packs = (await namesIn(join(gitDir, 'objects/pack'))).filter((name) => name.endsWith('.pack'));
  return (
    packs.length > mostPacks || (await namesIn(join(gitDir, 'objects', sampledFolder))).length > mostSampled
  );
}

/** What packing a mirror anew has come to. */
export interface Repacked {
  /** Bytes of its objects, before and after. */
  readonly before: number;
  readonly after: number;
  /** Whether there are objects that nothing needs, which go at the next time. */
  readonly hasNeedless: boolean;
}

/**
 * Packs the objects of a mirror anew: those that refs lead to into one pack, all others into a second one, whose objects git finds
 * as it does all others. From there they go when that was so already at `needlessBefore`, a time by the clock of the disk at
 * which the mirror was packed before; undefined lets all stay. So whoever reads or writes meanwhile finds what it has found
 * before; who writes an object that is in the second pack writes it anew. Only for the holder of the lock of the mirror, because
 * a fetch may name what is about to go. Throws a GitError, also where git is older than 2.37.
 */
export async function repack(
  gitDir: string,
  needlessBefore: Date | undefined,
  signal: AbortSignal,
): Promise<Repacked> {
  const until = needlessBefore === undefined ? 'never' : String(Math.floor(needlessBefore.getTime() / 1000));
  const settings = ['-c', 'repack.writeBitmaps=false'];
  const args = [...settings, 'repack', '-d', '-q', '--cruft', `--cruft-expiration=${until}`, '--threads=1'];
  const before = await bytesOf(gitDir, signal);
  await removeHalfMadePacks(gitDir);
  try {
    await git(args, { gitDir, signal, lane: 'upkeep' });
  } finally {
    // Whoever ended it may have lost the lock.
    if (!signal.aborted) await removeHalfMadePacks(gitDir);
  }
  const names = await namesIn(join(gitDir, 'objects/pack'));
  return {
    before,
    after: await bytesOf(gitDir, signal),
    hasNeedless: names.some((name) => name.endsWith('.mtimes')),
  };
}

async function bytesOf(gitDir: string, signal: AbortSignal): Promise<number> {
  const counted = await gitText(['count-objects', '-v'], { gitDir, signal, lane: 'upkeep' });
  const kibibytes = [...counted.matchAll(/^size(?:-pack)?: (\d+)$/gm)].map(([, count]) => Number(count));
  return kibibytes.reduce((sum, count) => sum + count, 0) * 1024;
}

/**
 * Removes packs that a git which was ended has left, and git would keep. Only for the holder of the lock of the mirror: nobody else
 * writes packs into one.
 */
export async function removeHalfMadePacks(gitDir: string): Promise<void> {
  const folder = join(gitDir, 'objects/pack');
  const halfMade = (await namesIn(folder)).filter(
    (name) => name.startsWith('tmp_') || name.startsWith('.tmp-'),
  );
  await Promise.all(halfMade.map((name) => rm(join(folder, name), { force: true })));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

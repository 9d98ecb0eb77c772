import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlotillaError, messageOf } from '@flotilla/shared/errors';
import { gitText, GitError, GitLimitError } from '../git/git.ts';

/** A disk with less is as good as full: more than git writes for any Patch, which is 50 MiB and unpacks to 64. */
const roomBytes = 256 * 1024 * 1024;

/** Written to see whether a folder takes anything. */
const probe = Buffer.alloc(1024 * 1024);

interface Place {
  readonly mirrorPath: string;
  /** The commit that must be there. */
  readonly base: string;
}

/**
 * The refusal of a call whose Patch could not be looked at, because a disk is full or git does not work there: asked again,
 * it may succeed. Undefined when the machine is well, and so the Patch, or a tree of its repository, is what git failed
 * at. Found by looking at the machine, never by git's words, in which there are names of files.
 */
export async function machineTrouble(error: unknown, place: Place): Promise<FlotillaError | undefined> {
  const ofFiles = error instanceof Error && 'syscall' in error && error.syscall !== 'connect';
  const ofGit = error instanceof GitError;
  if ((!ofGit && !ofFiles) || error instanceof GitLimitError) return undefined;
  // A git that was killed says nothing.
  const isEvident = !ofGit || error.exitCode === null;
  const where = await failingFolder(place);
  if (!isEvident && where === undefined) return undefined;
  const said = messageOf(error).trim().split('\n').slice(0, 2).join(' ').slice(0, 500);
  return new FlotillaError(
    'unavailable',
    `The service could not apply a patch in ${where ?? place.mirrorPath}: ${said}. Make room on that disk, or repair that folder; it is tried again until then.`,
    { cause: error },
  );
}

/** The folder in which git cannot work now; undefined when it can in all of them. */
async function failingFolder({ mirrorPath, base }: Place): Promise<string | undefined> {
  try {
    await gitText(['rev-parse', '--verify', `${base}^{tree}`], { gitDir: mirrorPath });
  } catch (error) {
    if (error instanceof GitError) return mirrorPath;
    throw error;
  }
  if (!(await takesMore(join(mirrorPath, 'objects')))) return mirrorPath;
  return (await takesMore(tmpdir())) ? undefined : tmpdir();
}

async function takesMore(folder: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < roomBytes) return false;
    const probed = await mkdtemp(join(folder, 'tmp_flotilla-'));
    try {
      await writeFile(join(probed, 'probe'), probe, { flush: true });
    } finally {
      await rm(probed, { recursive: true, force: true });
    }
    return true;
  } catch (error) {
    // Read-only, over its quota, without inodes, broken: all of it is an error of the system.
    if (error instanceof Error && 'syscall' in error) return false;
    throw error;
  }
}

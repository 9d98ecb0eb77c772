import { FlotillaError } from '@flotilla/shared/errors';
import { maxContentBytes } from '@flotilla/shared/protocol/contents';
import { git, GitError } from '../git/git.ts';
import { gitToSpool } from './gitToSpool.ts';
import type { Spool } from './spool.ts';

interface Place {
  readonly mirrorPath: string;
  readonly tree: string;
  readonly path: string;
  /** Who asks, as the owner of a git (`user:7`). */
  readonly owner: string;
  readonly signal: AbortSignal;
}

/**
 * The bytes of a file in a tree; of a symbolic link its target. Null when the path is no file there. Throws
 * `content.tooLarge` for one that is not shown.
 */
export async function readContent(place: Place): Promise<Spool | null> {
  const { mirrorPath: gitDir, path, owner, signal } = place;
  const found = await findBlob(place);
  if (found === null) return null;
  if (found.size > maxContentBytes)
    throw new FlotillaError(
      'content.tooLarge',
      `File ${path} has ${Math.ceil(found.size / 1024 / 1024)} MiB; files of more than ${maxContentBytes / 1024 / 1024} MiB are not shown. Read it in a clone of the repository, or in the saved patch.`,
    );
  return gitToSpool(
    ['cat-file', 'blob', found.blob],
    { gitDir, signal, owner, lane: 'reader' },
    maxContentBytes,
  );
}

/** Looks a path up as data: `ls-tree` with literal pathspecs, so that no path is read as an option or a pattern. */
async function findBlob({
  mirrorPath: gitDir,
  tree,
  path,
  owner,
  signal,
}: Place): Promise<{ blob: string; size: number } | null> {
  try {
    const { output } = await git(
      ['--literal-pathspecs', 'ls-tree', '-z', '--long', '--full-tree', tree, '--', path],
      { gitDir, signal, owner, lane: 'reader' },
    );
    const match = /^\d+ blob ([0-9a-f]+) +(\d+)\t([^\0]*)\0$/.exec(output.toString());
    // git normalises paths and lists what is in a folder; only the file of exactly that path is meant.
    return match === null || match[3] !== path ? null : { blob: match[1] ?? '', size: Number(match[2]) };
  } catch (error) {
    // A tree or a path that git does not know, such as one with "..".
    if (error instanceof GitError && error.exitCode !== null) return null;
    throw error;
  }
}

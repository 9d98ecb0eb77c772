import type { Readable } from 'node:stream';
import { git, GitError, gitOutput, startGit } from '../git/git.ts';

export interface Content {
  readonly size: number;
  readonly stream: Readable;
}

/**
 * The bytes of a file in a tree, streamed; of a symbolic link its target. Null when the path is no file there.
 */
export async function readContent(place: {
  readonly mirrorPath: string;
  readonly tree: string;
  readonly path: string;
  readonly signal?: AbortSignal;
}): Promise<Content | null> {
  const { mirrorPath: gitDir, tree, path, signal } = place;
  const found = await findBlob(gitDir, tree, path, signal);
  if (found === null) return null;
  const args = ['cat-file', 'blob', found.blob];
  return { size: found.size, stream: gitOutput(args, await startGit(args, { gitDir, signal })) };
}

/** Looks a path up as data: `ls-tree` with literal pathspecs, so that no path is read as an option or a pattern. */
async function findBlob(
  gitDir: string,
  tree: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ blob: string; size: number } | null> {
  try {
    const { output } = await git(
      ['--literal-pathspecs', 'ls-tree', '-z', '--long', '--full-tree', tree, '--', path],
      {
        gitDir,
        signal,
      },
    );
    const match = /^\d+ blob ([0-9a-f]+) +(\d+)\t([^\0]*)\0$/.exec(output.toString());
    // git normalises paths and lists what is in a folder; only the file of exactly that path is meant.
    return match === null || match[3] !== path ? null : { blob: match[1] ?? '', size: Number(match[2]) };
  } catch (error) {
    // A tree or a path that git does not know, such as one with "..".
    if (error instanceof GitError) return null;
    throw error;
  }
}

import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { feed } from '@flotilla/launcher/feed';
import { GitError, gitOutput, startGit } from '../git/git.ts';

export interface CommitToPack {
  readonly mirrorPath: string;
  readonly commit: string;
  /** Commits that the receiver has at depth 1: what they contain need not be sent. */
  readonly have: readonly string[];
}

/**
 * A pack of one commit and all that it contains, without its history (depth 1): what git's own upload-pack would have
 * made. Thin where the receiver has something. Throws a GitError when the mirror does not have the commit; the stream
 * fails when git does.
 */
export async function packCommit({ mirrorPath, commit, have }: CommitToPack): Promise<Readable> {
  try {
    return await startPack(mirrorPath, commit, have);
  } catch (error) {
    // A commit that the receiver has may have gone from the mirror since.
    if (!(error instanceof GitError) || have.length === 0) throw error;
    return startPack(mirrorPath, commit, []);
  }
}

async function startPack(gitDir: string, commit: string, have: readonly string[]): Promise<Readable> {
  const args = ['pack-objects', '--revs', '--shallow', '--thin', '--stdout', '--delta-base-offset', '-q'];
  const lines = [
    ...[commit, ...have].map((one) => `--shallow ${one}`),
    commit,
    ...have.map((one) => `^${one}`),
    '',
  ];
  const revisions = lines.join('\n');
  const program = await startGit(args, { gitDir, input: revisions });
  await feed(program.input, revisions);
  const pack = gitOutput(args, program);
  // What is wrong with the commits shows before the first byte.
  await once(pack, 'readable');
  return pack;
}

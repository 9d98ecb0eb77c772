import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { GitError, openGit } from '../git/git.ts';

export interface CommitToPack {
  readonly mirrorPath: string;
  readonly commit: string;
  /** Commits that the receiver has at depth 1: what they contain need not be sent. */
  readonly have: readonly string[];
  /** Who gets it, as the owner of a git (`runner:…`). */
  readonly owner: string;
  /** Ends git. */
  readonly signal: AbortSignal;
}

/**
 * A pack of one commit and all that it contains, without its history (depth 1): what git's own upload-pack would have
 * made. Thin where the receiver has something. Throws a GitError when the mirror does not have the commit; the stream
 * fails when git does.
 */
export async function packCommit(wanted: CommitToPack): Promise<Readable> {
  try {
    return await startPack(wanted);
  } catch (error) {
    // A commit that the receiver has may have gone from the mirror since.
    if (!(error instanceof GitError) || wanted.have.length === 0) throw error;
    return startPack({ ...wanted, have: [] });
  }
}

async function startPack({ mirrorPath, commit, have, owner, signal }: CommitToPack): Promise<Readable> {
  const args = ['pack-objects', '--revs', '--shallow', '--thin', '--stdout', '--delta-base-offset', '-q'];
  const lines = [
    ...[commit, ...have].map((one) => `--shallow ${one}`),
    commit,
    ...have.map((one) => `^${one}`),
    '',
  ];
  const input = lines.join('\n');
  const pack = await openGit(args, { gitDir: mirrorPath, input, lane: 'base', owner, signal });
  // What is wrong with the commits shows before the first byte.
  await once(pack, 'readable');
  return pack;
}

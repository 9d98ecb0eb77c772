import { createHash } from 'node:crypto';
import { readGit } from '../../git/git.ts';
import { Unreadable } from './unreadable.ts';

/** Each is a file in the mirror, and fetched: more take longer than a scan may. */
export const maxBranches = 50_000;
/** A name is a path for git; longer ones it cannot have made. */
const maxLineBytes = 8192;

/** The branches of a repository. */
export interface Branches {
  /** Commits by full name (`refs/heads/…`). */
  readonly commits: ReadonlyMap<string, string>;
  /** Changes whenever any of them does. */
  readonly hash: string;
}

/** Reads all branches. Throws {@link Unreadable} when there are more than {@link maxBranches}, and a GitError. */
export async function readBranches(gitDir: string, signal?: AbortSignal): Promise<Branches> {
  const args = ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads'];
  return readGit(args, { gitDir, signal, lane: 'scan' }, parseBranches);
}

/** Parses lines of a commit, a blank and a name. Throws {@link Unreadable} when there are too many, or one is no such line. */
export async function parseBranches(output: AsyncIterable<Uint8Array>): Promise<Branches> {
  const commits = new Map<string, string>();
  const hash = createHash('sha256');
  const decoder = new TextDecoder();
  let begun = '';
  for await (const chunk of output) {
    hash.update(chunk);
    const lines = (begun + decoder.decode(chunk, { stream: true })).split('\n');
    begun = lines.pop() ?? '';
    if (begun.length > maxLineBytes) throw new Unreadable('the name of a branch is too long');
    for (const line of lines) {
      const [, commit, name] = /^([0-9a-f]{40,64}) (refs\/heads\/[^\0]+)$/.exec(line) ?? [];
      if (commit === undefined || name === undefined) throw new Unreadable('git lists no branches of it');
      commits.set(name, commit);
    }
    if (commits.size > maxBranches)
      throw new Unreadable(
        `it has more than ${maxBranches.toLocaleString('en')} branches. Delete those that nobody needs`,
      );
  }
  return { commits, hash: hash.digest('hex') };
}

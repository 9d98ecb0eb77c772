import { git, GitError, gitText } from '../../git/git.ts';
import { messageOf } from '@flotilla/shared/errors';
import type { BranchChange, PushOutcome } from '../branchChange.ts';
import { HostError } from '../hostError.ts';
import { checkedOutAt } from './checkedOutAt.ts';
import { findRepository } from './findRepository.ts';
import { openRepository } from './openRepository.ts';

/** How long a write may take, in milliseconds. */
const timeLimitMs = 120_000;

/**
 * Moves a branch of a repository in a folder. Objects and the branch are written through a git directory of ours (see
 * openRepository.ts), so that no hook, setting or promisor of the repository takes effect; the branch moves by git's own
 * compare-and-swap. A branch that is checked out somewhere is not moved, because files there would differ from it.
 */
export async function push(
  folder: string,
  name: string,
  { mirrorPath, branch, commit, expect }: BranchChange,
  signal?: AbortSignal,
): Promise<PushOutcome> {
  const found = await findRepository(folder, name);
  if (found === undefined)
    throw new HostError('gone', `There is no repository ${name} in ${folder} any more.`, {
      retry: 'backOff',
    });
  await using opened = await openRepository(found.gitDir, folder);
  const options = { gitDir: opened.gitDir, signal, lane: 'fetch', timeLimitMs } as const;
  const now = async () => {
    const text = await gitText(['for-each-ref', '--format=%(objectname) %(refname)', branch], options);
    return (
      text
        .split('\n')
        .find((line) => line.endsWith(` ${branch}`))
        ?.split(' ', 1)[0] ?? null
    );
  };
  const before = await now();
  if (before === commit) return { kind: 'same' };
  if (before !== expect) return { kind: 'stale', remote: before };
  const place = await checkedOutAt(found.gitDir, branch);
  if (place !== undefined) return { kind: 'refused', rule: `it is checked out in ${place}` };
  try {
    if (commit === null) await git(['update-ref', '-d', branch, before ?? ''], options);
    else {
      await fetchCommit(mirrorPath, commit, options);
      await git(['update-ref', branch, commit, expect ?? '0'.repeat(commit.length)], options);
    }
    return { kind: 'done' };
  } catch (error) {
    signal?.throwIfAborted();
    const remote = await now();
    if (remote === commit) return { kind: 'same' };
    if (remote !== expect) return { kind: 'stale', remote };
    if (error instanceof GitError) return { kind: 'refused', rule: `git says: ${firstLine(error.stderr)}` };
    throw new HostError('unavailable', `${name} could not be written: ${messageOf(error)}.`, {
      retry: 'backOff',
      cause: error,
    });
  }
}

/** Brings a commit with all that it needs into the repository, without any branch. */
async function fetchCommit(
  mirrorPath: string,
  commit: string,
  options: { readonly gitDir: string; readonly signal?: AbortSignal | undefined; readonly lane: 'fetch' },
): Promise<void> {
  const quietly = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'];
  await git(['fetch', ...quietly, '--upload-pack=git-upload-pack', '--', mirrorPath, commit], {
    ...options,
    environment: { GIT_ALLOW_PROTOCOL: 'file' },
  });
}

function firstLine(text: string): string {
  return (
    text
      .trim()
      .split('\n', 1)[0]
      ?.replace(/^(?:error|fatal): /, '')
      .slice(0, 300) ?? ''
  );
}

import type { GitAccess } from '../codeHosts/codeHost.ts';
import { laneOwner } from '../codeHosts/laneOwner.ts';
import { git, type GitOptions } from '../git/git.ts';
import { removeHalfMadePacks } from './mirrorUpkeep.ts';

/** Where a mirror is fetched from. */
export interface FetchSource extends Omit<GitAccess, keyof AsyncDisposable> {
  /** Those that go over a network are bounded by host. */
  readonly hostId: number;
}

/** How a fetch is limited. */
export interface FetchLimits {
  readonly signal?: AbortSignal | undefined;
  /** Of the fetch itself; a {@link GitLimitError} says that it was not enough. */
  readonly timeLimitMs: number;
}

/** What is on this machine takes turns with all other work here; what is not, with its host's alone. */
function laneOf({ protocol, hostId }: FetchSource): Pick<GitOptions, 'lane' | 'owner'> {
  return protocol === 'file' ? { lane: 'fetch' } : { lane: 'remote', owner: laneOwner(hostId) };
}

export async function fetchBranches(gitDir: string, source: FetchSource, limits: FetchLimits): Promise<void> {
  const options = ['--quiet', '--prune', '--no-tags', '--no-write-fetch-head'];
  const branches = '+refs/heads/*:refs/heads/*';
  const args = [...(source.options ?? []), 'fetch', ...options, '--', source.url, branches];
  const environment = { ...source.environment, GIT_ALLOW_PROTOCOL: source.protocol };
  try {
    await git(args, { gitDir, environment, ...laneOf(source), ...limits });
  } catch (error) {
    // Whoever ended it may have lost the lock, and somebody else be at the mirror.
    if (limits.signal?.aborted !== true) await removeHalfMadePacks(gitDir);
    throw error;
  }
}

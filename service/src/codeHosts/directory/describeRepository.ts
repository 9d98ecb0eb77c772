import { createHash } from 'node:crypto';
import { oneReason } from '../../repositories/oneReason.ts';
import type { HostedRepository, RepositoryFacts } from '../codeHost.ts';
import { chooseDefaultBranch } from './defaultBranch.ts';
import type { FoundRepository } from './findRepositories.ts';
import { openRepository } from './openRepository.ts';
import { readBranches } from './readBranches.ts';
import { readSettings } from './readSettings.ts';

/** A folder says nothing of a repository but what git finds in it. */
const facts: RepositoryFacts = {
  url: null,
  archived: false,
  fork: false,
  visibility: null,
  description: null,
  topics: [],
  language: null,
  pushedAt: null,
};

/** Looks at a repository that was found: whatever is wrong with it is its reason. */
export async function describeRepository(
  { name, gitDir }: FoundRepository,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<HostedRepository> {
  const nothing = { externalId: null, name, defaultBranch: null, headCommit: null, fingerprint: '', facts };
  try {
    if (/\p{Cc}|\p{Cf}/u.test(name))
      return { ...nothing, reason: 'its name has characters that cannot be seen. Rename its folder' };
    await using opened = await openRepository(gitDir, folder);
    const { commits, hash } = await readBranches(opened.gitDir, signal);
    if (commits.size === 0) return { ...nothing, reason: 'it is empty: it has no branch yet' };
    const { defaultBranch: configured } = await readSettings(opened.config, signal);
    const { head, originHead } = opened;
    const defaultBranch = chooseDefaultBranch({ branches: commits, configured, originHead, head });
    const fingerprint = createHash('sha256').update(`${defaultBranch}\n${hash}`).digest('hex');
    if (defaultBranch === null) {
      const reason =
        'it has no default branch: HEAD names no branch that exists. Check out a branch, or set one with `git config flotilla.defaultBranch NAME`';
      return { ...nothing, fingerprint, reason };
    }
    const headCommit = commits.get(defaultBranch) ?? null;
    return { ...nothing, defaultBranch, headCommit, fingerprint, reason: null };
  } catch (error) {
    // Whatever is wrong with one repository is a fact about that one.
    signal?.throwIfAborted();
    return { ...nothing, reason: `it cannot be read: ${oneReason(error)}` };
  }
}

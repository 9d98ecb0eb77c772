import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { oneReason } from '../../repositories/oneReason.ts';
import type { CodeHost, HostedRepository } from '../codeHost.ts';
import { chooseDefaultBranch } from './defaultBranch.ts';
import { findRepositories, type FoundRepository } from './findRepositories.ts';
import { openRepository } from './openRepository.ts';
import { readBranches } from './readBranches.ts';
import { readSettings } from './readSettings.ts';

/** So many repositories are read at once: enough to keep all slots of git busy. */
const repositoriesAtOnce = 32;

/** A folder of git repositories on this machine. It is never written to. */
export function directoryHost({ folder }: { readonly folder: string }): CodeHost {
  return {
    kind: 'directory',
    location: folder,
    async list(signal) {
      const found = await findRepositories(folder);
      const atOnce = pLimit(repositoriesAtOnce);
      return Promise.all(found.map((repository) => atOnce(() => describe(repository, folder, signal))));
    },
    async open({ place }) {
      const opened = await openRepository(place, folder, { forFetch: true });
      return { location: opened.gitDir, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
    },
  };
}

async function describe(
  found: FoundRepository,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<HostedRepository> {
  const { name, gitDir: place } = found;
  const nothing = { name, place, defaultBranch: null, headCommit: null, fingerprint: '' };
  try {
    if (/\p{Cc}|\p{Cf}/u.test(name))
      return { ...nothing, reason: 'its name has characters that cannot be seen. Rename its folder' };
    await using opened = await openRepository(place, folder);
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
    return { name, place, defaultBranch, headCommit, fingerprint, reason: null };
  } catch (error) {
    // Whatever is wrong with one repository is a fact about that one.
    signal?.throwIfAborted();
    return { ...nothing, reason: `it cannot be read: ${oneReason(error)}` };
  }
}

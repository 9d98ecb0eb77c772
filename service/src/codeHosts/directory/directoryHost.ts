import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { git, GitError, gitText } from '../../git/git.ts';
import type { CodeHost, HostedRepository } from '../codeHost.ts';
import { chooseDefaultBranch } from './defaultBranch.ts';
import { findRepositories, type FoundRepository } from './findRepositories.ts';

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
      return Promise.all(found.map((repository) => atOnce(() => describe(repository, signal))));
    },
  };
}

async function describe({ name, gitDir }: FoundRepository, signal?: AbortSignal): Promise<HostedRepository> {
  const nothing = { name, location: gitDir, defaultBranch: null, headCommit: null, fingerprint: '' };
  try {
    const refs = await gitText(
      [
        'for-each-ref',
        '--format=%(refname) %(objectname) %(symref)',
        'refs/heads',
        'refs/remotes/origin/HEAD',
      ],
      { gitDir, signal },
    );
    const branches = new Map<string, string>();
    let originHead = '';
    for (const line of refs === '' ? [] : refs.split('\n')) {
      const [ref = '', commit = '', symref = ''] = line.split(' ');
      if (ref === 'refs/remotes/origin/HEAD') originHead = symref;
      else branches.set(ref, commit);
    }
    if (branches.size === 0) return { ...nothing, reason: 'it is empty: it has no branch yet' };
    const [configured, head] = await Promise.all([
      answerOf(['config', '--local', '--get', 'flotilla.defaultBranch'], gitDir, signal),
      answerOf(['symbolic-ref', '--quiet', 'HEAD'], gitDir, signal),
    ]);
    const defaultBranch = chooseDefaultBranch({ branches, configured, originHead, head });
    const fingerprint = createHash('sha256').update(`${defaultBranch}\n${refs}`).digest('hex');
    if (defaultBranch === null) {
      const reason =
        'it has no default branch: HEAD names no branch that exists. Check out a branch, or set one with `git config flotilla.defaultBranch NAME`';
      return { ...nothing, fingerprint, reason };
    }
    const headCommit = branches.get(defaultBranch) ?? null;
    return { name, location: gitDir, defaultBranch, headCommit, fingerprint, reason: null };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return { ...nothing, reason: `it cannot be read: ${error.stderr.trim().split('\n')[0] ?? 'git failed'}` };
  }
}

/** What git answers; empty when it says that there is nothing (exit code 1). */
async function answerOf(args: readonly string[], gitDir: string, signal?: AbortSignal): Promise<string> {
  const { output } = await git(args, { gitDir, signal, answers: [0, 1] });
  return output.toString().trim();
}

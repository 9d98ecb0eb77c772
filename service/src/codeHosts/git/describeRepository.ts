import { createHash } from 'node:crypto';
import type { HostedRepository, RepositoryFacts } from '../codeHost.ts';
import { listRemote, type RemoteRepository } from '../remoteGit.ts';

/** A server of plain git says nothing of a repository but where its branches are. */
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

/** Each is a file in the mirror, and fetched: more take longer than a scan may. */
const mostBranches = 50_000;

/** A repository as its server's git describes it. Throws a HostError. */
export async function describeRepository(
  remote: RemoteRepository,
  signal: AbortSignal | undefined,
): Promise<HostedRepository> {
  const refs = await listRemote(remote, ['HEAD', 'refs/heads/*'], signal);
  const defaultBranch = refs.get('HEAD ->') ?? null;
  const branches = [...refs].filter(([ref]) => ref.startsWith('refs/heads/'));
  const hash = createHash('sha256').update(String(defaultBranch));
  for (const [ref, commit] of branches) hash.update(`\n${commit} ${ref}`);
  const headCommit = defaultBranch === null ? null : (refs.get(defaultBranch) ?? null);
  return {
    ...unknown(remote.name, reasonOf(branches.length, headCommit)),
    defaultBranch: headCommit === null ? null : defaultBranch,
    headCommit,
    fingerprint: hash.digest('hex'),
  };
}

/** A repository of which only the name is known, and why no Job can run on it. */
export function unknown(name: string, reason: string | null): HostedRepository {
  return { externalId: null, name, defaultBranch: null, headCommit: null, fingerprint: '', reason, facts };
}

function reasonOf(branches: number, headCommit: string | null): string | null {
  if (branches === 0) return 'it is empty: it has no branch yet';
  if (branches > mostBranches)
    return `it has more than ${mostBranches.toLocaleString('en')} branches. Delete those that nobody needs`;
  return headCommit === null ? 'it has no default branch: its HEAD names no branch that exists' : null;
}

import type { PushOutcome } from '../../service/src/codeHosts/branchChange.ts';
import type { CodeHost } from '../../service/src/codeHosts/codeHost.ts';
import { HostError, type HostErrorCode } from '../../service/src/codeHosts/hostError.ts';
import type {
  PullRequest,
  PullRequestRef,
  PullRequests,
  WantedPullRequest,
} from '../../service/src/codeHosts/pullRequests.ts';
import { expect } from 'vitest';
import type { ContractHost, NewRepository, PullRequestsByHand, RepositoryByHand } from './contractHost.ts';
import { openMirror, type Mirror } from './mirror.ts';

export const branch = 'refs/heads/flotilla/change';
export const main = 'refs/heads/main';

/** A repository with the service's mirror of it. */
export interface Working extends AsyncDisposable {
  readonly host: CodeHost;
  readonly repository: RepositoryByHand;
  readonly mirror: Mirror;
  /** The commit of `main` when it was opened. */
  readonly base: string;
  /** Pushes a commit of the service's. */
  readonly push: (commit: string | null, expected: string | null, to?: string) => Promise<PushOutcome>;
  /** What a branch is at. */
  readonly headOf: (name?: string) => Promise<string | null>;
}

export async function work(the: ContractHost, options: NewRepository = {}): Promise<Working> {
  const repository = await the.makeRepository(options);
  const { host } = the;
  const mirror = await openMirror(host, repository.ref);
  const base = (await host.heads(repository.ref, [main])).get(main) ?? '';
  return {
    host,
    repository,
    mirror,
    base,
    push: (commit, expected, to = branch) =>
      host.push(repository.ref, { mirrorPath: mirror.path, branch: to, commit, expect: expected }),
    headOf: async (name = branch) => (await host.heads(repository.ref, [name])).get(name) ?? null,
    [Symbol.asyncDispose]: () => mirror[Symbol.asyncDispose](),
  };
}

/** A repository with a branch of the service's, for a pull request. */
export interface Proposed extends Working {
  readonly commit: string;
  readonly pullRequests: PullRequests;
  readonly byHand: PullRequestsByHand;
  /** Opens a pull request of the branch. */
  readonly create: (wanted?: Partial<WantedPullRequest>) => Promise<PullRequest>;
}

export const plain: WantedPullRequest = {
  headRef: branch,
  baseRef: main,
  title: 'Change a file',
  body: 'Said by a test.',
  draft: false,
  labels: [],
  reviewers: [],
  teamReviewers: [],
  assignees: [],
};

export async function propose(the: ContractHost): Promise<Proposed> {
  const working = await work(the);
  const { host, repository, mirror } = working;
  const { pullRequests } = host;
  const { pullRequests: byHand } = repository;
  if (pullRequests === undefined || byHand === undefined) throw new Error('the host has no pull requests');
  const commit = await mirror.makeCommit(working.base, { 'a.txt': 'A\n' });
  expect(await working.push(commit, null)).toEqual({ kind: 'done' });
  return {
    ...working,
    commit,
    pullRequests,
    byHand,
    create: async (wanted = {}) => {
      const { pullRequest, warnings } = await pullRequests.create(repository.ref, { ...plain, ...wanted });
      expect(warnings).toEqual([]);
      return pullRequest;
    },
  };
}

/** What the host says of a pull request now; null when it is gone. */
export async function read(
  { pullRequests }: Pick<Proposed, 'pullRequests'>,
  ref: PullRequestRef,
): Promise<PullRequest | null> {
  for await (const [, found] of pullRequests.read([ref])) return found;
  return null;
}

/** What a call was refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<HostError> {
  const error = await call.then(
    (value) => new Error(`it was not refused, but answered ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof HostError) return error;
  throw error;
}

/** Expects a refusal of this code, in a sentence. */
export async function expectRefusal(call: Promise<unknown>, code: HostErrorCode): Promise<HostError> {
  const error = await refusalOf(call);
  expect(error).toMatchObject({ code });
  expect(error.message).toMatch(/^[\p{L}\d].*[.)]$/u);
  return error;
}

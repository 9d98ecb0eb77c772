import type { CodeHost } from '../codeHosts/codeHost.ts';
import type { PullRequest, PullRequests } from '../codeHosts/pullRequests.ts';
import { contains, hasCommit } from './buildCommit.ts';
import type { Look } from './nextStep.ts';
import { isOwn, readOne } from './ownPullRequest.ts';
import type { ChangesetRow } from './queries/readChangeset.ts';

export interface LookContext {
  readonly host: CodeHost;
  readonly mirrorPath: string;
  /** Brings the mirror to what the host has now. */
  readonly fetch: () => Promise<void>;
}

/** Asks the host how things stand, with as few requests as it takes. Throws what the host throws. */
export async function lookAt(
  context: LookContext,
  changeset: ChangesetRow,
  signal: AbortSignal,
): Promise<Look> {
  const { host } = context;
  const { repository, baseRef, branch, archived } = changeset;
  const commits = await host.heads(repository, [baseRef, branch], signal);
  const look = {
    archived,
    base: commits.get(baseRef) ?? null,
    head: commits.get(branch) ?? null,
    pullRequest: null,
    foreignPullRequest: null,
    isContained: false,
  };
  const { pullRequests } = host;
  if (pullRequests === undefined)
    return { ...look, isContained: await isContained(context, changeset, look, signal) };
  return { ...look, ...(await lookForPullRequest(host, pullRequests, changeset, signal)) };
}

/** The one that is known is read by its number; only where there is none is one looked for, of its branch. */
async function lookForPullRequest(
  host: CodeHost,
  pullRequests: PullRequests,
  changeset: ChangesetRow,
  signal: AbortSignal,
): Promise<Pick<Look, 'pullRequest' | 'foreignPullRequest'>> {
  const { repository, branch, baseRef, pullRequest: known, pushedCommit } = changeset;
  if (known !== null) {
    const found = await readOne(pullRequests, { ...known, repository }, signal);
    return { pullRequest: found ?? null, foreignPullRequest: null };
  }
  // Before the first push a branch of this name, with whatever it has, is somebody else's.
  if (pushedCommit === null && changeset.ours.length === 0)
    return { pullRequest: null, foreignPullRequest: null };
  const own: PullRequest[] = [];
  const others: PullRequest[] = [];
  for (const found of await pullRequests.find(repository, { headRef: branch, baseRef }, signal)) {
    const of = (await isOwn(changeset, found, host, signal)) ? own : others;
    of.push(found);
  }
  const isOpen = ({ state }: PullRequest) => state === 'open';
  const pullRequest = own.find(isOpen) ?? own[0] ?? null;
  const foreign = pullRequest === null ? others.find(isOpen) : undefined;
  return { pullRequest, foreignPullRequest: foreign?.number ?? null };
}

/** Whether the base has what the branch has, where the host has no other word for merged. */
async function isContained(
  { mirrorPath, fetch }: LookContext,
  { pushedCommit, repository }: ChangesetRow,
  { base, head }: Pick<Look, 'base' | 'head'>,
  signal: AbortSignal,
): Promise<boolean> {
  const tip = head ?? pushedCommit;
  if (pushedCommit === null || base === null || tip === null) return false;
  const hasBoth = async () =>
    (await hasCommit(mirrorPath, base, signal)) && (await hasCommit(mirrorPath, tip, signal));
  if (!(await hasBoth())) {
    await fetch();
    // It moved on meanwhile: the next look sees more.
    if (!(await hasBoth())) throw new Error(`${repository.name} has moved while it was looked at`);
  }
  return contains(mirrorPath, base, tip, signal);
}

import type { CodeHost } from '../codeHosts/codeHost.ts';
import type { PullRequest } from '../codeHosts/pullRequests.ts';
import { contains, hasCommit } from './buildCommit.ts';
import { markerOf } from './marker.ts';
import type { ChangesetRow } from './queries/readChangeset.ts';
import type { Look } from './nextStep.ts';

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
  const found = await pullRequests.find(repository, { headRef: branch, baseRef }, signal);
  const own = found.find((one) => isOwn(changeset, one));
  const foreign = found.find((one) => one.state === 'open' && !isOwn(changeset, one));
  return { ...look, pullRequest: own ?? null, foreignPullRequest: foreign?.number ?? null };
}

/** Ours is the one that we know, or that has our marker. */
function isOwn({ key, pullRequest }: ChangesetRow, found: PullRequest): boolean {
  return found.number === pullRequest?.number || found.body.includes(markerOf(key));
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

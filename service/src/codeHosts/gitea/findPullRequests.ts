import { z } from 'zod';
import type { PullRequest } from '../pullRequests.ts';
import type { RepositoryRef } from '../repositoryRef.ts';
import { complete } from './complete.ts';
import type { GiteaApi } from './giteaApi.ts';
import { encoded, pathOf, shortName } from './paths.ts';
import { pullRequest, type RawPullRequest } from './schemas.ts';

/** The pull requests of a branch of the repository itself, in all states, the newest first; into one base when it is named. */
export async function findPullRequests(
  api: GiteaApi,
  repository: RepositoryRef,
  { headRef, baseRef }: { readonly headRef: string; readonly baseRef?: string },
  signal: AbortSignal | undefined,
): Promise<readonly PullRequest[]> {
  const head = shortName(headRef);
  const base = baseRef === undefined ? undefined : shortName(baseRef);
  if (base !== undefined && !(await hasAny(api, repository, { head, base }, signal))) return [];
  const found: RawPullRequest[] = [];
  const query = {
    state: 'all',
    sort: 'recentupdate',
    ...(base !== undefined && { base_branch: base }),
  };
  const request = { method: 'GET', path: `${pathOf(repository)}/pulls`, query } as const;
  for (const one of await api.all(z.array(pullRequest.nullable()), request, signal)) {
    // One from a fork has a branch of the same name that is another one.
    const isOfBranch = one?.head.label === head && one.head.repo_id === one.base.repo_id;
    if (isOfBranch && (base === undefined || one.base.label === base)) found.push(one);
  }
  const newestFirst = found.toSorted((a, b) => b.number - a.number);
  const completed: PullRequest[] = [];
  for (const raw of newestFirst) completed.push(await complete(api, repository, raw, signal));
  return completed;
}

/**
 * Whether there is any, which Gitea says at once, while all of them have to be looked for in the list of all. Not where a base has
 * a slash in its name, which has no place in that address.
 */
async function hasAny(
  api: GiteaApi,
  repository: RepositoryRef,
  { head, base }: { readonly head: string; readonly base: string },
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (base.includes('/')) return true;
  const path = `${pathOf(repository)}/pulls/${encoded(base)}/${encoded(head)}`;
  return (await api.readIfThere(z.unknown(), { method: 'GET', path }, signal)) !== undefined;
}

import { z } from 'zod';
import { HostError } from '../hostError.ts';
import type { PullRequest, PullRequestRef, PullRequests } from '../pullRequests.ts';
import type { RepositoryRef } from '../repositoryRef.ts';
import { complete, readPullRequest } from './complete.ts';
import { createPullRequest } from './createPullRequest.ts';
import { findPullRequests } from './findPullRequests.ts';
import type { GiteaApi } from './giteaApi.ts';
import { mergePullRequest } from './mergePullRequest.ts';
import { issueOf, pullOf } from './paths.ts';
import { comment, foundIssue, pullRequest } from './schemas.ts';
import { updatePullRequest } from './updatePullRequest.ts';

/** Pull requests that are looked at together. */
const atOnce = 4;

/** Pull requests of a Gitea or Forgejo. */
export function giteaPullRequests(api: GiteaApi): PullRequests {
  return {
    find: (repository, query, signal) => findPullRequests(api, repository, query, signal),
    create: (repository, wanted, signal) => createPullRequest(api, repository, wanted, signal),
    update: (was, change, signal) => updatePullRequest(api, was, change, signal),
    merge: (ref, options, signal) => mergePullRequest(api, ref, options, signal),
    setState: (ref, to, signal) => setState(api, ref, to, signal),

    async comment(ref, { text, key }, signal) {
      const path = `${issueOf(ref)}/comments`;
      const marker = `<!-- flotilla:${key} -->`;
      // All of them: they have no pages.
      const there = await api.read(z.array(comment), { method: 'GET', path }, signal);
      if (there.some(({ body }) => body.includes(marker))) return;
      await api.send({ method: 'POST', path, body: { body: `${text}\n\n${marker}` } }, signal);
    },

    async *read(refs, signal) {
      for (let start = 0; start < refs.length; start += atOnce) {
        const some = refs.slice(start, start + atOnce);
        const found = await Promise.all(some.map((ref) => readPullRequest(api, ref, signal)));
        for (const [index, ref] of some.entries()) yield [ref, found[index] ?? null];
      }
    },

    changedSince: (since, repositories, signal) => changedSince(api, since, repositories, signal),
  };
}

async function setState(
  api: GiteaApi,
  ref: PullRequestRef,
  to: 'open' | 'closed',
  signal: AbortSignal | undefined,
): Promise<PullRequest> {
  const body = { state: to };
  try {
    const raw = await api.read(pullRequest, { method: 'PATCH', path: pullOf(ref), body }, signal);
    return await complete(api, ref.repository, raw, signal);
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'invalid' || error.unclear) throw error;
    const now = await readPullRequest(api, ref, signal);
    // What is merged stays so.
    if (now?.state === 'merged') return now;
    throw to === 'open'
      ? new HostError('cannotReopen', error.message, { retry: 'never', cause: error })
      : error;
  }
}

/** Across all repositories that the credential sees: one request for many. */
async function* changedSince(
  api: GiteaApi,
  since: number,
  repositories: readonly RepositoryRef[],
  signal: AbortSignal | undefined,
): AsyncGenerator<PullRequestRef> {
  const wanted = new Map(repositories.map((one) => [one.externalId, one]));
  // Gitea knows of seconds alone.
  const from = new Date(Math.floor(since / 1000 - 1) * 1000).toISOString();
  const query = { type: 'pulls', state: 'all', since: from };
  const request = { method: 'GET', path: '/repos/issues/search', query } as const;
  for await (const { items } of api.pages(z.array(foundIssue), request, signal)) {
    for (const { number, repository } of items) {
      const ref = wanted.get(String(repository.id));
      if (ref !== undefined) yield { repository: ref, number, externalId: null };
    }
  }
}

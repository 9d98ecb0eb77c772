import { z } from 'zod';
import { HostError } from '../hostError.ts';
import type { PullRequest } from '../pullRequests.ts';
import type { GiteaApi } from './giteaApi.ts';
import { pathOf, pullOf, shortName } from './paths.ts';
import { pullRequest } from './schemas.ts';

/**
 * Gitea looks whether there is a pull request of a branch before it opens one, and opens two for who asks twice at the same moment.
 * The one that has just been opened is closed again when there is an earlier one, which is thrown as `exists`: whoever opened that
 * sees only a later one.
 */
export async function requireOnlyOne(
  api: GiteaApi,
  made: PullRequest,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { repository, number } = made;
  const [head, base] = [shortName(made.headRef), shortName(made.baseRef)];
  const query = { state: 'open', sort: 'recentupdate', base_branch: base, limit: 50 };
  const request = { method: 'GET', path: `${pathOf(repository)}/pulls`, query } as const;
  const latest = await api.read(z.array(pullRequest.nullable()), request, signal);
  const earlier = latest.find(
    (one) => one?.head.label === head && one.head.repo_id === one.base.repo_id && one.number < number,
  );
  if (earlier == null) return;
  await api.send({ method: 'PATCH', path: pullOf(made), body: { state: 'closed' } }, signal);
  const existing = { repository, number: earlier.number, externalId: null };
  throw new HostError('exists', `${repository.name} has a pull request of this branch already.`, {
    retry: 'never',
    existing,
  });
}

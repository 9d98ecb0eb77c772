import { z } from 'zod';
import type { PullRequest, PullRequestRef } from '../pullRequests.ts';
import type { RepositoryRef } from '../repositoryRef.ts';
import type { GiteaApi } from './giteaApi.ts';
import { opinionsOf } from './opinions.ts';
import { pathOf, pullOf } from './paths.ts';
import { pullRequestView } from './pullRequestView.ts';
import { combinedStatus, pullRequest, review, type RawPullRequest } from './schemas.ts';

/** A pull request with its reviews and checks, which take two more requests; of one that is closed nobody asks. */
export async function complete(
  api: GiteaApi,
  repository: RepositoryRef,
  raw: RawPullRequest,
  signal: AbortSignal | undefined,
): Promise<PullRequest> {
  if (raw.state !== 'open') return pullRequestView(repository, raw);
  const path = pathOf(repository);
  const reviews = await api.all(
    z.array(review),
    { method: 'GET', path: `${path}/pulls/${raw.number}/reviews` },
    signal,
  );
  const checks =
    raw.head.sha === ''
      ? null
      : checksOf(
          await api.read(
            combinedStatus,
            { method: 'GET', path: `${path}/commits/${raw.head.sha}/status` },
            signal,
          ),
        );
  return pullRequestView(repository, raw, { opinions: opinionsOf(reviews), checks });
}

/** Looks at a pull request; undefined when it is gone. */
export async function readPullRequest(
  api: GiteaApi,
  ref: PullRequestRef,
  signal: AbortSignal | undefined,
): Promise<PullRequest | undefined> {
  const raw = await api.readIfThere(pullRequest, { method: 'GET', path: pullOf(ref) }, signal);
  return raw && complete(api, ref.repository, raw, signal);
}

function checksOf({ state, total_count: count }: z.infer<typeof combinedStatus>): PullRequest['checks'] {
  if (count === 0 || state === '') return null;
  if (state === 'pending') return 'pending';
  return state === 'success' || state === 'skipped' ? 'passed' : 'failed';
}

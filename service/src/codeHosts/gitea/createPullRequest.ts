import { HostError } from '../hostError.ts';
import type { ChangedPullRequest, WantedPullRequest } from '../pullRequests.ts';
import type { RepositoryRef } from '../repositoryRef.ts';
import type { GiteaApi } from './giteaApi.ts';
import { labelIds } from './labelIds.ts';
import { encoded, pathOf, shortName } from './paths.ts';
import { isAboutThem } from './people.ts';
import { pullRequestView, titleOf } from './pullRequestView.ts';
import { branch, pullRequest, repository as repositorySchema } from './schemas.ts';
import { requireOnlyOne } from './requireOnlyOne.ts';
import { updatePullRequest } from './updatePullRequest.ts';

/**
 * Opens a pull request. Labels and assignees go with it; where Gitea does not know one of the people it refuses it as a whole, so
 * that it is opened without them then. Reviewers are asked after it, because Gitea opens it also when it then cannot ask one of them,
 * and answers that it is in trouble.
 */
export async function createPullRequest(
  api: GiteaApi,
  repository: RepositoryRef,
  wanted: WantedPullRequest,
  signal: AbortSignal | undefined,
): Promise<ChangedPullRequest> {
  const { ids, warnings } = await labelIds(api, repository, wanted.labels, signal);
  await requireDifference(api, repository, wanted, signal);
  const { reviewers, teamReviewers, assignees } = wanted;
  const create = async (people: readonly string[]) => {
    const body = {
      head: shortName(wanted.headRef),
      base: shortName(wanted.baseRef),
      title: titleOf(wanted.title, wanted.draft),
      body: wanted.body,
      labels: ids,
      assignees: people,
    };
    const request = { method: 'POST', path: `${pathOf(repository)}/pulls`, body } as const;
    try {
      return pullRequestView(repository, await api.read(pullRequest, request, signal));
    } catch (error) {
      if (people.length > 0 && isAboutThem(error)) return undefined;
      throw meaningOf(error, repository);
    }
  };
  const whole = await create(assignees);
  const made = whole ?? (await create([]));
  if (made === undefined) throw new Error('a pull request without people was refused because of them');
  await requireOnlyOne(api, made, signal);
  const rest = {
    ...(whole === undefined && { assignees }),
    ...(reviewers.length > 0 && { reviewers }),
    ...(teamReviewers.length > 0 && { teamReviewers }),
  };
  if (Object.keys(rest).length === 0) return { pullRequest: made, warnings };
  const changed = await updatePullRequest(api, made, rest, signal);
  return { ...changed, warnings: [...warnings, ...changed.warnings] };
}

/** Gitea opens one that brings nothing, and says of a branch that is missing only that something is. */
async function requireDifference(
  api: GiteaApi,
  repository: RepositoryRef,
  { headRef, baseRef }: WantedPullRequest,
  signal: AbortSignal | undefined,
): Promise<void> {
  const commitOf = async (name: string) => {
    const path = `${pathOf(repository)}/branches/${encoded(shortName(name))}`;
    return (await api.readIfThere(branch, { method: 'GET', path }, signal))?.commit.id;
  };
  const [base, head] = await Promise.all([commitOf(baseRef), commitOf(headRef)]);
  if (base === undefined || head === undefined) {
    const request = { method: 'GET', path: pathOf(repository) } as const;
    // It may be gone itself, which is thrown.
    await api.read(repositorySchema, request, signal);
    throw base === undefined
      ? new HostError('baseMissing', `${repository.name} has no branch ${shortName(baseRef)}.`, {
          retry: 'backOff',
        })
      : new HostError('headMissing', `${repository.name} has no branch ${shortName(headRef)}.`, {
          retry: 'backOff',
        });
  }
  if (base === head)
    throw new HostError(
      'noDiff',
      `The branch ${shortName(headRef)} of ${repository.name} has nothing that ${shortName(baseRef)} does not have.`,
      { retry: 'never' },
    );
}

/** What a refusal to open one means. */
function meaningOf(error: unknown, repository: RepositoryRef): unknown {
  if (!(error instanceof HostError)) return error;
  if (error.code === 'exists') {
    const number = Number(/issue_id: (\d+)/.exec(error.message)?.[1]);
    const existing = Number.isSafeInteger(number) ? { repository, number, externalId: null } : undefined;
    return new HostError('exists', error.message, {
      retry: 'never',
      cause: error,
      ...(existing !== undefined && { existing }),
    });
  }
  // The repository and its branches have just been there.
  if (error.code === 'gone')
    return new HostError('pullRequestsOff', `${repository.name} takes no pull requests.`, {
      retry: 'backOff',
      cause: error,
    });
  return error;
}

import type { ChangedPullRequest, PullRequest, WantedPullRequest } from '../pullRequests.ts';
import { complete } from './complete.ts';
import type { GiteaApi } from './giteaApi.ts';
import { labelIds } from './labelIds.ts';
import { pullOf, shortName } from './paths.ts';
import { assignable, changeReviewers } from './people.ts';
import { titleOf } from './pullRequestView.ts';
import { pullRequest } from './schemas.ts';

/** Changes what is named of a pull request; what cannot be done of it is a sentence each. */
export async function updatePullRequest(
  api: GiteaApi,
  was: PullRequest,
  change: Partial<Omit<WantedPullRequest, 'headRef'>>,
  signal: AbortSignal | undefined,
): Promise<ChangedPullRequest> {
  const body: Record<string, unknown> = {};
  const warnings: string[] = [];
  if (change.title !== undefined || change.draft !== undefined)
    body['title'] = titleOf(change.title ?? was.title, change.draft ?? was.draft);
  if (change.body !== undefined) body['body'] = change.body;
  if (change.baseRef !== undefined) body['base'] = shortName(change.baseRef);
  if (change.assignees !== undefined) {
    const people = await assignable(api, was, change.assignees, signal);
    body['assignees'] = people.logins;
    warnings.push(...people.warnings);
  }
  if (change.labels !== undefined) {
    const labels = await labelIds(api, was.repository, change.labels, signal);
    body['labels'] = labels.ids;
    warnings.push(...labels.warnings);
  }
  const path = pullOf(was);
  if (Object.keys(body).length > 0) await api.send({ method: 'PATCH', path, body }, signal);
  warnings.push(...(await changeReviewers(api, was, change, signal)));
  const raw = await api.read(pullRequest, { method: 'GET', path }, signal);
  return { pullRequest: await complete(api, was.repository, raw, signal), warnings };
}

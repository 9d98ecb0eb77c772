import type { PullRequest } from '../pullRequests.ts';
import type { Review } from './schemas.ts';

/** What reviewers say in all. */
export type Opinions = Pick<PullRequest, 'review' | 'approvals'>;

/** Words that stand until the same person has another one. A comment takes no approval back, but who is asked again has none. */
const standing = new Set(['APPROVED', 'REQUEST_CHANGES', 'REQUEST_REVIEW']);

/** The last word of each reviewer that still counts, as one. */
export function opinionsOf(reviews: readonly Review[]): Opinions {
  const latest = new Map<string, string>();
  for (const { state, dismissed, user } of [...reviews].sort((a, b) => a.id - b.id)) {
    // A team was asked.
    if (user == null) continue;
    if (dismissed) latest.delete(user.login);
    else if (standing.has(state) || !latest.has(user.login)) latest.set(user.login, state);
  }
  const states = [...latest.values()];
  return { review: overall(states), approvals: states.filter((state) => state === 'APPROVED').length };
}

function overall(states: readonly string[]): PullRequest['review'] {
  if (states.includes('REQUEST_CHANGES')) return 'changesRequested';
  if (states.includes('APPROVED')) return 'approved';
  return states.includes('COMMENT') ? 'commented' : 'pending';
}

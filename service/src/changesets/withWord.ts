import type { CodeHost } from '../codeHosts/codeHost.ts';
import type { PullRequest } from '../codeHosts/pullRequests.ts';

/** A pull request as it is stored: with what its host calls one, for people. */
export type StoredPullRequest = PullRequest & { readonly word: string | null };

export function withWord(pullRequest: PullRequest, { can }: Pick<CodeHost, 'can'>): StoredPullRequest {
  return { ...pullRequest, word: can.pullRequests?.word ?? null };
}

import type { WantedPullRequest } from '../codeHosts/pullRequests.ts';

/** What we set of a pull request, and look after; what people change of it is theirs from then on. */
export type Decoration = Pick<WantedPullRequest, 'title' | 'body' | 'draft'>;

/** What we set last. */
export interface LastApplied {
  readonly wanted: Decoration;
  /** How the host has it, which may have changed a blank of it. */
  readonly seen: Decoration;
}

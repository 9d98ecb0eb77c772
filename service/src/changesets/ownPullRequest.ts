import type { CodeHost } from '../codeHosts/codeHost.ts';
import type { PullRequest, PullRequests } from '../codeHosts/pullRequests.ts';
import { markerOf } from './marker.ts';
import type { ChangesetRow } from './queries/readChangeset.ts';

/**
 * Whether a pull request is a Changeset's own: the one that is known, or one that we have opened ourselves, with its marker, whose
 * answer was lost. Anybody may copy a marker.
 */
export async function isOwn(
  { key, pullRequest }: Pick<ChangesetRow, 'key' | 'pullRequest'>,
  found: PullRequest,
  host: Pick<CodeHost, 'account'>,
  signal: AbortSignal,
): Promise<boolean> {
  if (found.number === pullRequest?.number) return true;
  if (!found.body.includes(markerOf(key))) return false;
  const account = await host.account?.(signal);
  return account === undefined || found.author.toLowerCase() === account.toLowerCase();
}

/** Looks at one pull request; undefined when it is gone. */
export async function readOne(
  pullRequests: Pick<PullRequests, 'read'>,
  ref: Pick<PullRequest, 'repository' | 'number' | 'externalId'>,
  signal: AbortSignal,
): Promise<PullRequest | undefined> {
  for await (const [, found] of pullRequests.read([ref], signal)) return found ?? undefined;
  return undefined;
}

import { toStorable } from '@flotilla/shared/storableText';
import type { HostedRepository } from '../codeHosts/codeHost.ts';
import type { Mirrors } from './mirrors.ts';
import type { KnownRepository } from './queries/storeListing.ts';

/**
 * Whether a repository is to be brought in: it has moved since it was fetched, no Job can run on it for another reason than before,
 * or its mirror does not keep its head, as in a folder that was restored.
 */
export async function hasMoved(
  mirrors: Mirrors,
  known: KnownRepository,
  { fingerprint, headCommit, reason }: HostedRepository,
): Promise<boolean> {
  const isAsBefore = known.reason === (reason === null ? null : toStorable(reason));
  if (known.fingerprint !== fingerprint || !isAsBefore) return true;
  // It is not fetched.
  if (reason !== null) return false;
  return !(headCommit === null ? await mirrors.has(known.id) : await mirrors.keeps(known.id, headCommit));
}

import type { HostedRepository } from '../codeHosts/codeHost.ts';
import type { Mirrors } from './mirrors.ts';
import type { KnownRepository } from './queries/storeListing.ts';

/**
 * Whether a repository is to be brought in: it has moved since it was fetched, or its mirror does not keep its head, as in a folder
 * that was restored.
 */
export async function hasMoved(
  mirrors: Mirrors,
  known: KnownRepository,
  { fingerprint, headCommit }: HostedRepository,
): Promise<boolean> {
  if (known.fingerprint !== fingerprint) return true;
  return !(headCommit === null ? await mirrors.has(known.id) : await mirrors.keeps(known.id, headCommit));
}

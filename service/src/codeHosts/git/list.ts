import { messageOf } from '@flotilla/shared/errors';
import pLimit from 'p-limit';
import type { HostedRepository, HostListing } from '../codeHost.ts';
import { unknown } from './describeRepository.ts';

/** More than a host may be asked at once, so that its slots are never empty. */
const atOnce = 8;

/**
 * All repositories of some names, each described; one that cannot be says why. Throws what the first one was refused with when none
 * can be, because then it is the server that is away.
 */
export async function list(
  names: Iterable<string>,
  describe: (name: string) => Promise<HostedRepository>,
  signal: AbortSignal | undefined,
): Promise<HostListing> {
  const limit = pLimit(atOnce);
  const failures: unknown[] = [];
  const look = async (name: string): Promise<HostedRepository> => {
    try {
      return await describe(name);
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(error);
      return unknown(name, `it cannot be read: ${messageOf(error).replace(/\.$/, '')}`);
    }
  };
  const repositories = await Promise.all([...names].map((name) => limit(() => look(name))));
  if (failures.length > 0 && failures.length === repositories.length) throw failures[0];
  return { repositories, unseen: [] };
}

import { setTimeout as delay } from 'node:timers/promises';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import { checkOut, type Checkout } from '../../git/checkout.ts';
import { FetchError } from '../../git/fetchCommit.ts';
import type { ObjectCache } from '../../git/objectCache.ts';
import type { AttemptLog } from '../../logs/attemptLog.ts';
import { emptyAttemptFolder } from '../../sandbox/folders/attemptFolder.ts';
import type { Lease } from '../../session/lease.ts';
import type { AttemptDisk } from '../attempt/attemptDisk.ts';
import { repositoryIdentity } from './repositoryIdentity.ts';

/** Between two tries while the service is away, in milliseconds. */
const fetchAgainMs = 500;
/** So many transfers may break off: the service restarts, but a mirror may also be damaged. */
const maxCuts = 5;

export interface FetchTarget {
  readonly cache: ObjectCache;
  /** The Attempt's folder; what is in it goes away, but for the spool. */
  readonly folder: string;
  readonly serverUrl: string;
  readonly job: ClaimedJob;
  /** Where its work tree is made. */
  readonly disk: AttemptDisk;
  readonly lease: Lease;
  readonly log: AttemptLog;
  readonly signal: AbortSignal;
}

/** Brings a Job's Target to this machine; waits while the service is away. Throws a FetchError when it does not give it. */
export async function fetchTarget(fetch: FetchTarget): Promise<Checkout> {
  const { job, lease, log } = fetch;
  await log.notice(`Fetching ${job.repository} at ${job.baseRevision}`);
  for (let cuts = 0; ;) {
    const leaseToken = lease.token;
    try {
      const checkout = await tryOnce(fetch, leaseToken);
      for (const remark of checkout.remarks) await log.notice(remark);
      return checkout;
    } catch (error) {
      if (!(error instanceof FetchError)) throw error;
      if (error.failure === 'cut') cuts += 1;
      const lasting = error.failure === 'refused' || error.failure === 'fenced' || cuts === maxCuts;
      if (lasting && !(await lease.wasRenewed(leaseToken))) throw error;
      await delay(fetchAgainMs, undefined, { signal: fetch.signal });
    }
  }
}

async function tryOnce(
  { cache, folder, serverUrl, job, disk, signal }: FetchTarget,
  leaseToken: string,
): Promise<Checkout> {
  await emptyAttemptFolder(folder);
  return checkOut({
    cache,
    repository: repositoryIdentity(serverUrl, job),
    folder,
    url: `${serverUrl}/attempts/${job.attemptId}/base`,
    leaseToken,
    baseRevision: job.baseRevision,
    baseRef: job.baseRef,
    diskBytes: disk.limitBytes,
    makeWorkTree: () => disk.make(),
    signal,
  });
}

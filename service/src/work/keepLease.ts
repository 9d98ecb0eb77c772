import { sleep } from '@flotilla/launcher/sleep';
import type { Sql } from '../db/database.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { renewWork } from './queries/renewWork.ts';
import type { WorkLease } from './workKind.ts';

/** A lease that is being renewed. */
export interface KeptLease extends AsyncDisposable {
  /** Aborts when another replica has the row, or may have it, because the lease could not be renewed in time. */
  readonly lost: AbortSignal;
  /** Ends the renewals; none is under way when it resolves. */
  stop(): Promise<void>;
}

/** Renews a lease three times in its length, until it is stopped or lost. */
export function keepLease(sql: Sql, lease: WorkLease, leaseMs: number): KeptLease {
  const stopped = new AbortController();
  const lost = new AbortController();
  const lose = () => lost.abort(new Error('the lease of this work is lost'));
  // By the monotonic clock: of the first lease from when it is known, of a renewed one from when it was asked for.
  let runsOut = setTimeout(lose, leaseMs);
  const renewing = (async () => {
    while (await sleep(leaseMs / 3, stopped.signal)) {
      const askedAt = performance.now();
      try {
        if (!(await renewWork(sql, lease, leaseMs))) return lose();
        clearTimeout(runsOut);
        runsOut = setTimeout(lose, leaseMs - (performance.now() - askedAt));
      } catch (error) {
        if (!isTransientDatabaseError(error)) throw error;
      }
    }
  })();
  renewing.catch((error: unknown) => lost.abort(error));
  const stop = async () => {
    stopped.abort();
    await renewing.catch(() => undefined);
    clearTimeout(runsOut);
  };
  return { lost: lost.signal, stop, [Symbol.asyncDispose]: stop };
}

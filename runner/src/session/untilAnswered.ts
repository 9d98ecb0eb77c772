import { setTimeout as delay } from 'node:timers/promises';
import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { Lease } from './lease.ts';
import { refusalOf } from './serviceClient.ts';

/** First and longest pause between two tries, in milliseconds. */
const retryMs = { first: 200, longest: 5000 };

/** The lease is over: nothing of this Attempt may be sent any more. */
export class FencedError extends Error {
  constructor() {
    super('the attempt is no longer this runner’s');
    this.name = 'FencedError';
  }
}

/**
 * Makes a call about an Attempt until the service has answered it: a service or a database that is away for a while
 * does not end an Attempt. Throws {@link FencedError} when the Attempt is no longer the runner's, the signal's reason
 * when it aborts, and what the service refuses for any other cause.
 */
export async function untilAnswered<T>(
  lease: Lease,
  signal: AbortSignal,
  call: (lease: LeaseRef) => Promise<T>,
): Promise<T> {
  for (let pauseMs = retryMs.first; ; pauseMs = Math.min(pauseMs * 2, retryMs.longest)) {
    signal.throwIfAborted();
    const leaseToken = lease.token;
    try {
      return await call({ attemptId: lease.attemptId, leaseToken });
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal?.flotilla === 'attempt.fenced') {
        if (!(await lease.wasRenewed(leaseToken))) throw new FencedError();
      } else if (!isAway(error)) throw error;
    }
    // A jitter of up to half, so that many attempts do not come back at the same moment.
    await delay(pauseMs * (0.5 + Math.random() / 2), undefined, { signal });
  }
}

/** Whether the connection was lost, or the service cannot reach its database. */
function isAway(error: unknown): boolean {
  const refusal = refusalOf(error);
  if (refusal !== undefined) return refusal.code === 'SERVICE_UNAVAILABLE';
  return error instanceof Error && error.name === 'TRPCClientError';
}

import { setTimeout as delay } from 'node:timers/promises';
import type { FinishInput } from '@flotilla/shared/protocol/runnerMessages';
import { FencedError } from '../logs/uploader.ts';
import type { Lease } from '../session/lease.ts';
import { refusalOf, type ServiceClient } from '../session/serviceClient.ts';

/** First and longest pause between two tries, in milliseconds. */
const retryMs = { first: 200, longest: 5000 };

/** Tells the service how an Attempt ended, until it has heard it. Throws a FencedError when the Attempt was lost meanwhile. */
export async function finishAttempt(
  service: ServiceClient,
  lease: Lease,
  input: Omit<FinishInput, 'attemptId' | 'leaseToken'>,
): Promise<void> {
  for (let pauseMs = retryMs.first; ; pauseMs = Math.min(pauseMs * 2, retryMs.longest)) {
    lease.signal.throwIfAborted();
    const leaseToken = lease.token;
    try {
      const answer = await service.finish({ ...input, attemptId: lease.attemptId, leaseToken });
      if (answer.result === 'done') return;
      if (answer.result === 'incomplete') {
        throw new Error(
          `the service has ${answer.logLength} bytes of log and ${answer.patchLength} of patch; all were acknowledged`,
        );
      }
      if (!(await lease.wasRenewed(leaseToken))) throw new FencedError();
    } catch (error) {
      const refusal = refusalOf(error);
      const lostConnection =
        refusal === undefined && error instanceof Error && error.name === 'TRPCClientError';
      if (!lostConnection && refusal?.code !== 'SERVICE_UNAVAILABLE') throw error;
    }
    await delay(pauseMs * (0.5 + Math.random() / 2), undefined, { signal: lease.signal });
  }
}

import type { FinishInput } from '@flotilla/shared/protocol/runnerMessages';
import type { Lease } from '../session/lease.ts';
import type { ServiceClient } from '../session/serviceClient.ts';
import { FencedError, untilAnswered } from '../session/untilAnswered.ts';

/** Tells the service how an Attempt ended, until it has heard it. Throws a FencedError when the Attempt was lost meanwhile. */
export async function finishAttempt(
  service: ServiceClient,
  lease: Lease,
  input: Omit<FinishInput, 'attemptId' | 'leaseToken'>,
): Promise<void> {
  for (;;) {
    const leaseToken = lease.token;
    const answer = await untilAnswered(lease, lease.signal, (ref) => service.finish({ ...input, ...ref }));
    if (answer.result === 'done') return;
    if (answer.result === 'incomplete') {
      throw new Error(
        `the service has ${answer.logLength} bytes of log and ${answer.patchLength} of patch; all were acknowledged`,
      );
    }
    if (!(await lease.wasRenewed(leaseToken))) throw new FencedError();
  }
}

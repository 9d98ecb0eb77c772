import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { FinishAnswer, FinishInput } from '@flotilla/shared/protocol/runnerMessages';
import type { Lease } from '../../session/lease.ts';
import type { ServiceClient } from '../../session/serviceClient.ts';
import { FencedError, untilAnswered } from '../../session/untilAnswered.ts';
import { withTimeout } from '../../session/waits.ts';

/** A finish without its lease, whose token may change while it is said. */
export type UnleasedFinish = Omit<FinishInput, keyof LeaseRef>;

type FinishService = Pick<ServiceClient, 'finish'>;

/** How long the answer to the last word may take, in milliseconds. */
const lastWordMs = 10_000;

/**
 * Tells the service how an Attempt ended, until it has heard it. Throws a FencedError when the Attempt was lost
 * meanwhile, and an Error when the service lacks bytes that it had acknowledged.
 */
export async function sayFinish(service: FinishService, lease: Lease, input: UnleasedFinish): Promise<void> {
  for (;;) {
    const leaseToken = lease.token;
    const answer = await answered(service, lease, input);
    if (answer.result === 'done') return;
    if (answer.result === 'incomplete') {
      throw new Error(
        `the service has ${answer.logLength} bytes of log and ${answer.patchLength} of patch; all were acknowledged`,
      );
    }
    if (!(await lease.wasRenewed(leaseToken))) throw new FencedError();
  }
}

/**
 * The answer to a finish. One that was stored, and of which the answer was lost, makes a hello or a heartbeat say that
 * the Attempt is over: then it is asked once more, because only the answer to a finish tells that from a loss.
 */
async function answered(service: FinishService, lease: Lease, input: UnleasedFinish): Promise<FinishAnswer> {
  try {
    return await untilAnswered(lease, lease.signal, (ref) => service.finish({ ...input, ...ref }));
  } catch (error) {
    if (error instanceof FencedError || lease.signal.reason !== 'fenced') throw error;
    const { attemptId, token: leaseToken } = lease;
    return withTimeout(service.finish({ ...input, attemptId, leaseToken }), lastWordMs);
  }
}

import { messageOf } from '@flotilla/shared/errors';
import type { Lease } from '../../session/lease.ts';
import { untilAnswered } from '../../session/untilAnswered.ts';
import type { Attempt } from '../attempt/attempt.ts';

/** How long an Attempt whose work is over may take to say all that there is to say, once it is to be given back. */
const releaseMs = 10_000;

/**
 * Ends the log of an Attempt whose work was stopped, and gives it back once its containers are gone. Throws when the
 * service does not hear of it while the lease may be used.
 */
export async function giveBack(attempt: Attempt): Promise<void> {
  const { containers, lease, log, logger, session, upload } = attempt;
  await log.end(
    attempt.hasBegun
      ? 'The runner was told to stop before this Attempt had ended, so its Job runs again.'
      : 'This Attempt was given back before its first Step, so its Job runs again.',
  );
  const sent = upload.flush().catch((error: unknown) => {
    // The end of the lease would run the Job again as well, but later, and as a loss.
    logger.warn({ reason: messageOf(error) }, 'not all of the log of an attempt that is given back was sent');
  });
  await Promise.all([sent, containers.removeAll()]);
  await untilAnswered(lease, lease.signal, (ref) => session.service.release(ref));
}

/** Ends a lease when it is to be given back and does not get it done in time. Disposing leaves it alone. */
export function boundedRelease(lease: Lease): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const begin = () => (timer = setTimeout(() => lease.end(), releaseMs));
  if (lease.releaseSignal.aborted) begin();
  else lease.releaseSignal.addEventListener('abort', begin, { once: true });
  return {
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      lease.releaseSignal.removeEventListener('abort', begin);
    },
  };
}

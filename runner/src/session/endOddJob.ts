import { messageOf } from '@flotilla/shared/errors';
import type { Outcome } from '@flotilla/shared/lifecycle/outcome';
import type { Logger } from 'pino';
import type { Lease } from './lease.ts';
import type { AnswerError } from './readAnswer.ts';
import type { ServiceClient } from './serviceClient.ts';
import { untilAnswered } from './untilAnswered.ts';

/**
 * Ends an Attempt whose Job this runner does not understand, with the sentence that says why: no other Attempt of it here
 * would come to more. Never rejects: where the service does not hear of it, its lease ends.
 */
export async function endOddJob(
  service: Pick<ServiceClient, 'finish'>,
  lease: Lease,
  { message }: AnswerError,
  logger: Logger,
): Promise<void> {
  const { attemptId, signal, releaseSignal } = lease;
  logger.warn({ attemptId, reason: message }, 'a job that was claimed cannot be run');
  const outcome: Outcome = { kind: 'errored', reason: 'internal', message, step: null, lasting: true };
  const nothing = { steps: [], phases: [], logLength: 0, streams: [], logLimitReached: false, patch: null };
  try {
    await untilAnswered(lease, AbortSignal.any([signal, releaseSignal]), (ref) =>
      service.finish({ ...ref, ...nothing, outcome }),
    );
  } catch (error) {
    logger.warn({ attemptId, reason: messageOf(error) }, 'the end of a job that cannot be run was not heard');
  }
}

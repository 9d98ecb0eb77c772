import type { Outcome } from '@flotilla/shared/lifecycle/outcome';
import type { FinishInput } from '@flotilla/shared/protocol/runnerMessages';
import type { Snapshot } from '../git/snapshot.ts';
import { FencedError, untilAnswered } from '../session/untilAnswered.ts';
import type { Attempt } from './attempt.ts';
import { lastLine } from './outcomes.ts';

/** What an Attempt came to. */
export interface Result {
  readonly outcome: Outcome;
  readonly snapshot: Snapshot | null;
}

/**
 * Ends the log and tells the service how an Attempt ended, until it has heard it. Throws a FencedError when the Attempt
 * was lost meanwhile.
 */
export async function finishAttempt(attempt: Attempt, result: Result): Promise<void> {
  const { lease, log, session } = attempt;
  lease.signal.throwIfAborted();
  await log.end(lastLine(result.outcome));
  await sendRest(attempt);
  const input = finishInput(attempt, result);
  for (;;) {
    const leaseToken = lease.token;
    const answer = await untilAnswered(lease, lease.signal, (ref) =>
      session.service.finish({ ...input, ...ref }),
    );
    if (answer.result === 'done') return;
    if (answer.result === 'incomplete') {
      throw new Error(
        `the service has ${answer.logLength} bytes of log and ${answer.patchLength} of patch; all were acknowledged`,
      );
    }
    if (!(await lease.wasRenewed(leaseToken))) throw new FencedError();
  }
}

async function sendRest({ containers, phases, upload }: Attempt): Promise<void> {
  using _phase = phases.begin('upload');
  await Promise.all([upload.flush(), containers.removeAll()]);
}

function finishInput(
  { steps, phases, upload, log }: Attempt,
  { outcome, snapshot }: Result,
): Omit<FinishInput, 'attemptId' | 'leaseToken'> {
  return {
    outcome,
    steps: [...steps.steps],
    phases: [...phases.all],
    logLength: upload.length,
    streams: log.streamHashes(),
    logLimitReached: log.limitReached,
    patch:
      snapshot === null ? null : { length: snapshot.length, sha256: snapshot.sha256, tree: snapshot.tree },
  };
}

import type { Outcome } from '@flotilla/shared/lifecycle/outcome';
import type { Snapshot } from '../../git/snapshot.ts';
import type { Attempt } from '../attempt/attempt.ts';
import { lastLine } from './outcomes.ts';
import { sayFinish, type UnleasedFinish } from './sayFinish.ts';

/** What an Attempt came to. */
export interface Result {
  readonly outcome: Outcome;
  readonly snapshot: Snapshot | null;
}

/**
 * Ends the log and tells the service how an Attempt ended. Throws as {@link sayFinish}, and a FencedError when the
 * Attempt was lost before it ended.
 */
export async function finishAttempt(attempt: Attempt, result: Result): Promise<void> {
  const { lease, log, session } = attempt;
  lease.signal.throwIfAborted();
  await log.end(lastLine(result.outcome));
  await sendRest(attempt);
  await sayFinish(session.service, lease, finishInput(attempt, result));
}

async function sendRest({ containers, phases, upload }: Attempt): Promise<void> {
  using _phase = phases.begin('upload');
  await Promise.all([upload.flush(), containers.removeAll()]);
}

function finishInput({ steps, phases, upload, log }: Attempt, { outcome, snapshot }: Result): UnleasedFinish {
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

import { messageOf } from '@flotilla/shared/errors';
import { describeOutcome, type Outcome } from '@flotilla/shared/lifecycle/outcome';
import type { Mask } from '../logs/mask.ts';
import { AttemptError } from './attemptError.ts';

/** An exception as an outcome, without secrets: what we know the cause of keeps it, anything else is ours. */
export function errored(error: unknown, step: number | null, mask: Mask): Outcome {
  const known = error instanceof AttemptError;
  const message = known ? error.message : `The runner could not go on: ${messageOf(error)}.`;
  const fromEngine = error instanceof Error && 'statusCode' in error;
  const reason = known ? error.reason : fromEngine ? 'sandbox' : 'internal';
  return { kind: 'errored', reason, message: mask.text(message).slice(0, 2000), step };
}

/** How a log ends. */
export function lastLine(outcome: Outcome): string {
  const description = describeOutcome(outcome);
  return outcome.kind === 'failed' || outcome.kind === 'errored'
    ? `Job ${outcome.kind}: ${description}`
    : `Job ${description}`;
}

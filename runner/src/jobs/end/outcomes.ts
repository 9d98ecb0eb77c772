import { messageOf } from '@flotilla/shared/errors';
import { describeOutcome } from '@flotilla/shared/lifecycle/describeOutcome';
import type { Outcome } from '@flotilla/shared/lifecycle/outcome';
import { oneLine, shortened } from '@flotilla/shared/text/oneLine';
import { AttemptError } from '../../endings/attemptError.ts';
import type { Mask } from '../../logs/mask.ts';

/** Characters of the message of an outcome. */
const maxMessage = 2000;

/** An exception as an outcome, without secrets: what we know the cause of keeps it, anything else is ours. */
export function errored(error: unknown, step: number | null, mask: Mask): Outcome {
  const known = error instanceof AttemptError;
  const message = known ? error.message : `The runner could not go on: ${messageOf(error)}.`;
  const fromEngine = error instanceof Error && 'statusCode' in error;
  const reason = known ? error.reason : fromEngine ? 'sandbox' : 'internal';
  const lasting = known && error.isLasting ? { lasting: true } : {};
  // It may name a path that a Step made, or have git's own lines in it.
  const line = oneLine(mask.text(message).replace(/\s*\n\s*/g, ' '));
  return { kind: 'errored', reason, message: shortened(line, maxMessage - 1), step, ...lasting };
}

/** How a log ends. */
export function lastLine(outcome: Outcome): string {
  const description = describeOutcome(outcome);
  return outcome.kind === 'failed' || outcome.kind === 'errored'
    ? `Job ${outcome.kind}: ${description}`
    : `Job ${description}`;
}

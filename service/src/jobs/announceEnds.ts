import type { Hints } from '../db/hints.ts';
import type { Settlement } from '../executions/settlement/settlement.ts';
import type { Admission } from './admission.ts';
import type { EndedAttempt } from './queries/loseAttempts.ts';

export interface EndsContext {
  readonly hints: Hints;
  readonly admission: Admission;
  readonly settlement: Settlement;
}

/** Tells everybody about Attempts that did not end by their Runner's word: their Jobs may be claimed again, or have ended. */
export function announceEnds(
  { hints, admission, settlement }: EndsContext,
  ended: readonly EndedAttempt[],
): void {
  if (ended.length === 0) return;
  for (const { attemptId, executionId } of ended) {
    hints.publish(`log:${attemptId}`);
    admission.look(executionId);
    settlement.look(executionId);
  }
  hints.publish('queue');
  hints.publish('changes');
  hints.wake('seal');
}

import type { Hints } from '../db/hints.ts';
import type { Admission } from './admission.ts';
import type { EndedAttempt } from './queries/loseAttempts.ts';

/** Tells everybody about Attempts that did not end by their Runner's word: their Jobs may be claimed again. */
export function announceEnds(
  { hints, admission }: { readonly hints: Hints; readonly admission: Admission },
  ended: readonly EndedAttempt[],
): void {
  if (ended.length === 0) return;
  for (const { attemptId, executionId } of ended) {
    hints.publish(`log:${attemptId}`);
    admission.look(executionId);
  }
  hints.publish('queue');
  hints.publish('changes');
  hints.wake('seal');
}

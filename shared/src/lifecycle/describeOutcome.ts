import type { Outcome, ServiceOutcome } from './outcome.ts';

/** One short line about an outcome, as a description in a tree and a message in a terminal. */
export function describeOutcome(result: Outcome | ServiceOutcome): string {
  switch (result.kind) {
    case 'succeeded':
      return 'succeeded';
    case 'failed': {
      const cause = failureOf(result);
      return `step ${result.step + 1} ${cause}${result.lastLine === '' ? '' : `: ${result.lastLine}`}`;
    }
    case 'timedOut':
      return result.limit === 'step' && result.step !== null
        ? `step ${result.step + 1} timed out after ${result.seconds} s`
        : `timed out after ${result.seconds} s${stepSuffix(result.step)}`;
    case 'cancelled':
      return `cancelled${stepSuffix(result.step)}`;
    case 'errored':
      return result.message;
    case 'lost':
      return result.losses === undefined
        ? 'its runner was lost'
        : `its runner was lost ${result.losses} times, so it is not tried again`;
    case 'released':
      return 'its runner gave it back';
  }
}

function stepSuffix(step: number | null): string {
  return step === null ? '' : ` in step ${step + 1}`;
}

function failureOf(result: Extract<Outcome, { kind: 'failed' }>): string {
  if (result.outOfMemory) return 'ran out of memory';
  if (result.outOfDisk) return 'wrote more to disk than it may';
  return `exited with ${result.exitCode}`;
}

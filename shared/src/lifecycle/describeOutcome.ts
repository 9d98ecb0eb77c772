import type { Outcome, ServiceOutcome } from './outcome.ts';

/** One short line about an outcome, as a description in a tree and a message in a terminal. */
export function describeOutcome(result: Outcome | ServiceOutcome): string {
  switch (result.kind) {
    case 'succeeded':
      return 'succeeded';
    case 'failed': {
      const cause = result.outOfMemory ? 'ran out of memory' : `exited with ${result.exitCode}`;
      return `step ${result.step + 1} ${cause}${result.lastLine === '' ? '' : `: ${result.lastLine}`}`;
    }
    case 'timedOut':
      return `timed out after ${result.seconds} s${stepSuffix(result.step)}`;
    case 'cancelled':
      return `cancelled${stepSuffix(result.step)}`;
    case 'errored':
      return result.message;
    case 'lost':
      return 'its runner was lost';
    case 'released':
      return 'its runner gave it back';
  }
}

function stepSuffix(step: number | null): string {
  return step === null ? '' : ` in step ${step + 1}`;
}

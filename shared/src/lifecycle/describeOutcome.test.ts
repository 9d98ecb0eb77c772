import { expect, test } from 'vitest';
import { describeOutcome } from './describeOutcome.ts';
import { outcome, type Outcome, type ServiceOutcome } from './outcome.ts';

const failed = {
  kind: 'failed',
  step: 1,
  exitCode: 2,
  outOfMemory: false,
  outOfDisk: false,
  lastLine: 'no such file',
} as const;

test.each<[Outcome | ServiceOutcome, string]>([
  [{ kind: 'succeeded' }, 'succeeded'],
  [failed, 'step 2 exited with 2: no such file'],
  [{ ...failed, lastLine: '' }, 'step 2 exited with 2'],
  [{ ...failed, exitCode: 137, outOfMemory: true, lastLine: '' }, 'step 2 ran out of memory'],
  [{ kind: 'timedOut', step: 0, seconds: 90, limit: 'job' }, 'timed out after 90 s in step 1'],
  [{ kind: 'timedOut', step: null, seconds: 90, limit: 'job' }, 'timed out after 90 s'],
  [{ kind: 'cancelled', step: 2 }, 'cancelled in step 3'],
  [{ kind: 'cancelled', step: null }, 'cancelled'],
  [
    { kind: 'errored', reason: 'image', message: 'Image "x" is not there.', step: 0 },
    'Image "x" is not there.',
  ],
  [{ kind: 'lost' }, 'its runner was lost'],
  [{ kind: 'lost', losses: 3 }, 'its runner was lost 3 times, so it is not tried again'],
  [{ kind: 'released' }, 'its runner gave it back'],
])('%j is described in one line', (result, line) => {
  expect(describeOutcome(result)).toBe(line);
});

test('an outcome is storable whatever a Step wrote: NUL and halves of surrogate pairs are replaced', () => {
  expect(outcome.parse({ ...failed, lastLine: 'a\0b \ud83d' })).toEqual({
    ...failed,
    lastLine: 'a\ufffdb \ufffd',
  });
});

test('an outcome of another kind, or with a line that is too long, is refused', () => {
  expect(outcome.safeParse({ kind: 'lost' }).success).toBe(false);
  expect(outcome.safeParse({ ...failed, lastLine: 'x'.repeat(501) }).success).toBe(false);
});

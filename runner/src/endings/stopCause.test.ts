import { expect, test } from 'vitest';
import { stopCauseOf } from './stopCause.ts';

test.each(['timedOut', 'fenced', 'released', 'cancelled'] as const)(
  'a signal aborted with %s says so',
  (cause) => {
    expect(stopCauseOf(AbortSignal.abort(cause))).toBe(cause);
  },
);

test('a signal that is not aborted has no cause; one without a reason of ours is a cancellation', () => {
  expect(stopCauseOf(new AbortController().signal)).toBeUndefined();
  expect(stopCauseOf(AbortSignal.abort())).toBe('cancelled');
});

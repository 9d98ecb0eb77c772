import { expect, test } from 'vitest';
import { AttemptLimit } from './attemptLimit.ts';

test('after so many failures in the window no further try is permitted', () => {
  const limit = new AttemptLimit(3, 1000);
  for (const now of [0, 10, 20]) {
    expect(limit.permits(now)).toBe(true);
    limit.recordFailure(now);
  }
  expect(limit.permits(20)).toBe(false);
  expect(limit.permits(999)).toBe(false);
});

test('a failure is forgotten when the window has passed it', () => {
  const limit = new AttemptLimit(2, 1000);
  limit.recordFailure(0);
  limit.recordFailure(600);
  expect(limit.permits(1000)).toBe(true);
  limit.recordFailure(1000);
  expect(limit.permits(1599)).toBe(false);
  expect(limit.permits(1600)).toBe(true);
});

import { expect, test } from 'vitest';
import { secondsOf } from './results.ts';

test('how long a Job took is said to the millisecond, whatever fractions the database keeps', () => {
  expect(secondsOf({ startedAt: 1_795_629_120_686.123, endedAt: 1_795_629_122_024.789 })).toBe(1.339);
  expect(secondsOf({ startedAt: 1_795_629_120_686.1, endedAt: 1_795_629_120_686.9 })).toBe(0.001);
});

test('a Job that never began took no time', () => {
  expect(secondsOf({ startedAt: null, endedAt: 1000 })).toBe(0);
});

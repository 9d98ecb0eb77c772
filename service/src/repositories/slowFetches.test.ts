import { expect, test } from 'vitest';
import { SlowFetches } from './slowFetches.ts';

test('a fetch that failed at length rests, unless the repository has moved', () => {
  const slow = new SlowFetches();
  expect(slow.mayTry(1, 'a')).toBe(true);
  slow.failed(1, 'a', 60_000);
  expect(slow.mayTry(1, 'a')).toBe(false);
  expect(slow.mayTry(1, 'b')).toBe(true);
  expect(slow.mayTry(2, 'a')).toBe(true);
  slow.succeeded(1);
  expect(slow.mayTry(1, 'a')).toBe(true);
});

test('it rests in proportion to what it took', async () => {
  const slow = new SlowFetches();
  slow.failed(1, 'a', 1);
  await expect.poll(() => slow.mayTry(1, 'a')).toBe(true);
});

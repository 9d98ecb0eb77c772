import { expect, test } from 'vitest';
import { WakeUp } from './wakeUp.ts';

const long = 60_000;

test('a wait ends when it is woken, and so does the next one when nobody waited', async () => {
  const { signal } = new AbortController();
  const wakeUp = new WakeUp();
  const waiting = wakeUp.wait(long, signal);
  wakeUp.wake();
  await waiting;
  wakeUp.wake();
  await wakeUp.wait(long, signal);
  // One waking is spent by one wait.
  const started = performance.now();
  await wakeUp.wait(20, signal);
  expect(performance.now() - started).toBeGreaterThan(15);
});

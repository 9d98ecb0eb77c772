import { expect, test } from 'vitest';
import { pause, WakeUp } from './pause.ts';

const long = 60_000;

test('a pause ends by itself, or early when its signal aborts', async () => {
  const controller = new AbortController();
  expect(await pause(1, controller.signal)).toBe(true);
  const paused = pause(long, controller.signal);
  controller.abort();
  expect(await paused).toBe(false);
  expect(await pause(long, controller.signal)).toBe(false);
});

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

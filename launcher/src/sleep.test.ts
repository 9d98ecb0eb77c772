import { expect, test } from 'vitest';
import { sleep } from './sleep.ts';

const long = 60_000;

test('a sleep ends by itself, or early when its signal aborts', async () => {
  const controller = new AbortController();
  expect(await sleep(1, controller.signal)).toBe(true);
  const sleeping = sleep(long, controller.signal);
  controller.abort();
  expect(await sleeping).toBe(false);
  expect(await sleep(long, controller.signal)).toBe(false);
});

import { expect, test } from 'vitest';
import { schedule } from './schedule.ts';
import type { Kind } from './suites.ts';

const part = (name: string, kind: Kind) => ({ name, kind });

/** Runs parts until each is told to end, and says who runs. */
function controlled(parts: readonly ReturnType<typeof part>[]) {
  const running = new Map<string, () => void>();
  const over = schedule(parts, { computing: 1, waiting: 2 }, ({ name }) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    running.set(name, resolve);
    return promise;
  });
  return {
    over,
    now: () => [...running.keys()],
    async end(...names: readonly string[]) {
      for (const name of names) {
        running.get(name)?.();
        running.delete(name);
      }
      // What follows begins in a later microtask.
      await new Promise(setImmediate);
    },
  };
}

test('as many parts of a kind run at once as it has lanes, the next one when one has ended, in their order', async () => {
  const run = controlled([
    part('one', 'computing'),
    part('two', 'computing'),
    part('three', 'waiting'),
    part('four', 'waiting'),
    part('five', 'waiting'),
  ]);
  expect(run.now()).toEqual(['one', 'three', 'four']);
  await run.end('four');
  expect(run.now()).toEqual(['one', 'three', 'five']);
  await run.end('one', 'three');
  expect(run.now()).toEqual(['five', 'two']);
  await run.end('five', 'two');
  await run.over;
});

test('what is alone begins when all others have ended, and one of it follows another', async () => {
  const run = controlled([
    part('alone', 'alone'),
    part('alone too', 'alone'),
    part('computes', 'computing'),
    part('waits', 'waiting'),
  ]);
  expect(run.now()).toEqual(['computes', 'waits']);
  await run.end('computes');
  expect(run.now()).toEqual(['waits']);
  await run.end('waits');
  expect(run.now()).toEqual(['alone']);
  await run.end('alone');
  expect(run.now()).toEqual(['alone too']);
  await run.end('alone too');
  await run.over;
});

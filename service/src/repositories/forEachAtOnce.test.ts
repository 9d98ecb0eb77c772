import { expect, test } from 'vitest';
import { forEachAtOnce } from './forEachAtOnce.ts';

const never = new AbortController().signal;

test('each is worked on, so many at once', async () => {
  let going = 0;
  let most = 0;
  const done: number[] = [];
  await forEachAtOnce([5, 6, 7, 8], 2, never, async (item, position) => {
    most = Math.max(most, (going += 1));
    await Promise.resolve();
    going -= 1;
    done[position] = item;
  });
  expect([done, most]).toEqual([[5, 6, 7, 8], 2]);
});

test('when one fails, those that go on are told so and waited for, and no other is begun', async () => {
  const ended: string[] = [];
  const working = forEachAtOnce(['goes on', 'fails', 'waits'], 2, never, async (item, _position, signal) => {
    if (item === 'fails') throw new Error('the database is away');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await Promise.resolve();
    ended.push(`${item}: ${signal.reason}`);
    throw new Error('it was ended');
  });
  await expect(working).rejects.toThrow('the database is away');
  expect(ended).toEqual(['goes on: Error: the database is away']);
});

test('when its caller leaves, nothing more is begun', async () => {
  const leaving = new AbortController();
  const begun: number[] = [];
  const working = forEachAtOnce([1, 2], 1, leaving.signal, async (item) => {
    begun.push(item);
    leaving.abort(new Error('the editor has gone'));
  });
  await expect(working).rejects.toThrow('the editor has gone');
  expect(begun).toEqual([1]);
});

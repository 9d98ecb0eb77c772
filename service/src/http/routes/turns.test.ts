import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

const { signal } = new AbortController();

test('so many of a user and so many in all go at once, the others in their order', async () => {
  const turns = new Turns({ perUser: 2, inAll: 3, waitingPerUser: 10 });
  const begun: string[] = [];
  const take = async (name: string, userId: number) => {
    const turn = await turns.take(userId, signal);
    begun.push(name);
    return turn;
  };
  const first = await take('a1', 1);
  const second = await take('a2', 1);
  const third = take('a3', 1);
  const other = await take('b1', 2);
  const waiting = take('c1', 3);
  expect(begun).toEqual(['a1', 'a2', 'b1']);
  other[Symbol.dispose]();
  other[Symbol.dispose]();
  // The third of the first user came before, and has to wait for a turn of his own.
  const later = await waiting;
  expect(begun).toEqual(['a1', 'a2', 'b1', 'c1']);
  first[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  second[Symbol.dispose]();
  later[Symbol.dispose]();
  expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3']);
});

test('who leaves waits no more, and takes no turn', async () => {
  const turns = new Turns({ perUser: 1, inAll: 1, waitingPerUser: 10 });
  const first = await turns.take(1, signal);
  const leaving = new AbortController();
  const left = turns.take(1, leaving.signal);
  const waiting = turns.take(1, signal);
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  first[Symbol.dispose]();
  expect(await waiting).toBeDefined();
});

test('more of a user than may wait are refused, and nobody else', async () => {
  const turns = new Turns({ perUser: 1, inAll: 2, waitingPerUser: 2 });
  using _first = await turns.take(1, signal);
  void turns.take(1, signal);
  void turns.take(1, signal);
  await expect(turns.take(1, signal)).rejects.toThrow('You have asked for more than 2 files at once.');
  expect(await turns.take(2, signal)).toBeDefined();
});

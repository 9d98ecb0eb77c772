import { expect, test } from 'vitest';
import { Lane } from './lane.ts';

/** Enters a lane for each owner, in this order; says who has entered, and lets who has entered leave. */
async function enterAll(lane: Lane, owners: readonly (string | undefined)[], signal?: AbortSignal) {
  const entered: (string | undefined)[] = [];
  const slots: Disposable[] = [];
  const all = owners.map(async (owner) => {
    slots.push(await lane.enter(owner, signal));
    entered.push(owner);
  });
  await settled();
  return {
    all,
    entered,
    leave: async () => {
      slots.shift()?.[Symbol.dispose]();
      await settled();
    },
  };
}

/** Until all that can go on has gone on. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a lane lets in as many as it has slots, and the next when one leaves', async () => {
  const lane = new Lane({ slots: 2, perOwner: 2 });
  const { entered, leave } = await enterAll(lane, ['a', 'b', 'c']);
  expect(entered).toEqual(['a', 'b']);
  await leave();
  expect(entered).toEqual(['a', 'b', 'c']);
});

test('an owner gets its share and no more, also when slots are free', async () => {
  const { entered, leave } = await enterAll(new Lane({ slots: 3, perOwner: 1 }), ['a', 'a', 'a', 'b']);
  expect(entered).toEqual(['a', 'b']);
  await leave();
  expect(entered).toEqual(['a', 'b', 'a']);
});

test('what has no owner may take all slots', async () => {
  const { entered } = await enterAll(new Lane({ slots: 3, perOwner: 1 }), [undefined, undefined, undefined]);
  expect(entered).toHaveLength(3);
});

test('one with a thousand requests holds up another by no more than two', async () => {
  const many = Array.from({ length: 1000 }, () => 'many');
  const { entered, leave } = await enterAll(new Lane({ slots: 1, perOwner: 1 }), [...many, 'one', 'other']);
  await leave();
  await leave();
  await leave();
  expect(entered).toEqual(['many', 'many', 'one', 'other']);
});

test('a wait ends with its signal, with its reason, and takes nobody’s turn', async () => {
  const lane = new Lane({ slots: 1, perOwner: 1 });
  using first = await lane.enter('a');
  const leaving = new AbortController();
  const left = lane.enter('b', leaving.signal);
  const stays = lane.enter('c');
  leaving.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  first[Symbol.dispose]();
  (await stays)[Symbol.dispose]();
  using _again = await lane.enter('b');
});

test('a signal that was aborted before waits for nothing', async () => {
  const lane = new Lane({ slots: 1, perOwner: 1 });
  await expect(lane.enter('a', AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  using _free = await lane.enter('a');
});

test('a slot that is let go twice is one', async () => {
  const lane = new Lane({ slots: 1, perOwner: 1 });
  const slot = await lane.enter('a');
  slot[Symbol.dispose]();
  slot[Symbol.dispose]();
  using _next = await lane.enter('a');
  const { entered } = await enterAll(lane, ['b', 'c']);
  expect(entered).toEqual([]);
});

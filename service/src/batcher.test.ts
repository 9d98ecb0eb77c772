import { expect, test } from 'vitest';
import { Batcher } from './batcher.ts';

/** A batcher whose batches end when the test says so. */
function heldBatcher(most = 50) {
  const batches: { readonly inputs: readonly number[]; readonly end: PromiseWithResolvers<void> }[] = [];
  const batcher = new Batcher<number, number>(async (inputs) => {
    const end = Promise.withResolvers<void>();
    batches.push({ inputs, end });
    await end.promise;
    return inputs.map((input) => input * 2);
  }, most);
  return { batcher, batches };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a lone call runs at once, and those that come meanwhile share the next batch', async () => {
  const { batcher, batches } = heldBatcher();
  const first = batcher.call(1);
  await turn();
  const others = [batcher.call(2), batcher.call(3)];
  await turn();
  expect(batches.map(({ inputs }) => inputs)).toEqual([[1]]);
  batches[0]?.end.resolve();
  expect(await first).toBe(2);
  await turn();
  batches[1]?.end.resolve();
  expect(await Promise.all(others)).toEqual([4, 6]);
  expect(batches.map(({ inputs }) => inputs)).toEqual([[1], [2, 3]]);
});

test('a batch has no more inputs than it may', async () => {
  const { batcher, batches } = heldBatcher(2);
  const answers = [1, 2, 3].map((input) => batcher.call(input));
  await turn();
  batches[0]?.end.resolve();
  await turn();
  batches[1]?.end.resolve();
  expect(await Promise.all(answers)).toEqual([2, 4, 6]);
  expect(batches.map(({ inputs }) => inputs)).toEqual([[1, 2], [3]]);
});

test('what one input of a batch makes go wrong, only its caller hears of', async () => {
  const batcher = new Batcher<number, number>((inputs) => {
    if (inputs.includes(2)) return Promise.reject(new Error('not 2'));
    return Promise.resolve(inputs.map((input) => input * 2));
  }, 50);
  const [one, two, three] = [1, 2, 3].map((input) => batcher.call(input));
  await expect(two).rejects.toThrow('not 2');
  expect(await Promise.all([one, three])).toEqual([2, 6]);
});

test('a batch that fails fails for each of its callers, and the next one runs', async () => {
  const { batcher, batches } = heldBatcher();
  const failing = batcher.call(1);
  await turn();
  batches[0]?.end.reject(new Error('away'));
  await expect(failing).rejects.toThrow('away');
  const next = batcher.call(2);
  await turn();
  batches[1]?.end.resolve();
  expect(await next).toBe(4);
});

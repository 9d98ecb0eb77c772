import { expect, test } from 'vitest';
import { ContentCache } from './contentCache.ts';

function counted(size: number): { count: number; fetch: () => Promise<Uint8Array> } {
  const source = {
    count: 0,
    fetch: () => {
      source.count += 1;
      return Promise.resolve(new Uint8Array(size));
    },
  };
  return source;
}

test('two who ask at the same moment get one fetch', async () => {
  const cache = new ContentCache(100);
  const source = counted(10);
  const [a, b] = await Promise.all([cache.read('a', source.fetch), cache.read('a', source.fetch)]);
  expect(a).toBe(b);
  expect(source.count).toBe(1);
});

test('beyond the limit what was used longest ago goes', async () => {
  const cache = new ContentCache(25);
  const sources = { a: counted(10), b: counted(10), c: counted(10) };
  await cache.read('a', sources.a.fetch);
  await cache.read('b', sources.b.fetch);
  await cache.read('a', sources.a.fetch);
  await cache.read('c', sources.c.fetch);
  await cache.read('a', sources.a.fetch);
  await cache.read('b', sources.b.fetch);
  expect([sources.a.count, sources.b.count, sources.c.count]).toEqual([1, 2, 1]);
});

test('a failure is not kept', async () => {
  const cache = new ContentCache(100);
  await expect(cache.read('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await cache.read('a', counted(3).fetch)).toHaveLength(3);
});

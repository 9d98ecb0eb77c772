import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ObjectCache } from './objectCache.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const logger = pino({ level: 'silent' });
const [first, second] = ['1'.repeat(40), '2'.repeat(40)];

/** What a fetch leaves: a pack of 100 bytes, and the ref. */
async function fetched(gitDir: string, ref: string): Promise<void> {
  await mkdir(join(gitDir, 'objects', 'pack'), { recursive: true });
  await writeFile(join(gitDir, 'objects', 'pack', `${ref.slice(-40)}.pack`), Buffer.alloc(100));
  await mkdir(dirname(join(gitDir, ref)), { recursive: true });
  await writeFile(join(gitDir, ref), '');
}

const refuse = () => Promise.reject(new Error('it was fetched again'));

test('a commit is fetched once, also by Attempts at the same time and by the next process', async () => {
  const cache = new ObjectCache(folder, 1000, logger);
  let fetches = 0;
  const count = (gitDir: string, ref: string) => {
    fetches += 1;
    return fetched(gitDir, ref);
  };
  const both = await Promise.all([
    cache.borrow(['here', 1], first, count),
    cache.borrow(['here', 1], first, count),
  ]);
  expect(fetches).toBe(1);
  expect(both[0].objectsFolder).toBe(both[1].objectsFolder);
  using again = await new ObjectCache(folder, 1000, logger).borrow(['here', 1], first, refuse);
  expect(again.objectsFolder).toBe(both[0].objectsFolder);
});

test('a fetch that failed leaves nothing to borrow, and the next one is made', async () => {
  const cache = new ObjectCache(folder, 1000, logger);
  await expect(cache.borrow(['one'], first, refuse)).rejects.toThrow('it was fetched again');
  using _borrowed = await cache.borrow(['one'], first, fetched);
});

test('above its size the repository goes that was not used for the longest time, unless it is borrowed', async () => {
  const cache = new ObjectCache(folder, 250, logger);
  using kept = await cache.borrow(['oldest'], first, fetched);
  {
    using _second = await cache.borrow(['second'], first, fetched);
  }
  using third = await cache.borrow(['third'], first, fetched);
  const left = (await readdir(folder)).map((name) => join(folder, name, 'objects'));
  expect(new Set(left)).toEqual(new Set([kept.objectsFolder, third.objectsFolder]));
  using _again = await cache.borrow(['second'], first, fetched);
});

test('what was forgotten is fetched again', async () => {
  const cache = new ObjectCache(folder, 1000, logger);
  using _one = await cache.borrow(['one'], first, fetched);
  using _other = await cache.borrow(['one'], second, fetched);
  await cache.forget(['one'], first);
  await expect(cache.borrow(['one'], first, refuse)).rejects.toThrow('it was fetched again');
  using _kept = await cache.borrow(['one'], second, refuse);
});

test('what another repository has fetched is not shared, whatever both are called', async () => {
  const cache = new ObjectCache(folder, 1000, logger);
  using one = await cache.borrow(['here', 1], first, fetched);
  using other = await cache.borrow(['here', 2], first, fetched);
  expect(other.objectsFolder).not.toBe(one.objectsFolder);
});

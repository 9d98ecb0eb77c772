import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { disarm } from '../../trees/disarm.ts';
import { CacheFolders } from './cacheFolders.ts';

let folder: string;
let complaints: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-test-'));
  complaints = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const mib = 1024 ** 2;
const remove = (path: string) => rm(path, { recursive: true });

function cachesOf(
  limitBytes: number,
  removeFolder: (path: string) => Promise<void> = remove,
  takeArms = disarm,
): CacheFolders {
  // A test's own: what the one before has given up may still be looked through.
  const said = complaints;
  const logger = { debug: () => undefined, error: (_: unknown, text = '') => void said.push(text) };
  return new CacheFolders({ folder, limitBytes, remove: removeFolder, disarm: takeArms, logger });
}

/** Borrows a folder and fills it with so much. */
async function fill(caches: CacheFolders, name: string, bytes = mib) {
  const borrowed = await caches.borrow([name], 'image');
  await writeFile(join(borrowed.path, 'file'), Buffer.alloc(bytes, name));
  return borrowed;
}

/** Whether the folder of that name still has its file; looks without borrowing it. */
const isKept = async (path: string) => (await readdir(dirname(dirname(path)))).includes(nameIn(path));
const nameIn = (path: string) => dirname(path).split('/').at(-1) ?? '';

test('a folder is found again by what it is for, also by the next process', async () => {
  const caches = cachesOf(10 * mib);
  const { path } = await fill(caches, 'one');
  using again = await caches.borrow(['one'], 'image');
  expect(again.path).toBe(path);
  using next = await cachesOf(10 * mib).borrow(['one'], 'image');
  expect(await readdir(next.path)).toEqual(['file']);
  using other = await caches.borrow(['other'], 'image');
  expect(await readdir(other.path)).toEqual([]);
});

test('above their size the folder goes that was not used for the longest time, unless an Attempt uses it', async () => {
  const caches = cachesOf(2.5 * mib);
  using used = await fill(caches, 'used');
  const second = await fill(caches, 'second');
  second[Symbol.dispose]();
  const third = await fill(caches, 'third');
  third[Symbol.dispose]();
  await caches.makeRoom();
  expect(await isKept(used.path)).toBe(true);
  expect(await isKept(second.path)).toBe(false);
  expect(await isKept(third.path)).toBe(true);
  expect(await readdir(folder)).toHaveLength(2);
  using anew = await caches.borrow(['second'], 'image');
  expect(await readdir(anew.path)).toEqual([]);
});

test('what Attempts have added since the last look counts, and what an Attempt uses stays whatever its size', async () => {
  const caches = cachesOf(2.5 * mib);
  const one = await fill(caches, 'one');
  await caches.makeRoom();
  expect(await isKept(one.path)).toBe(true);
  await writeFile(join(one.path, 'more'), Buffer.alloc(3 * mib, 'x'));
  await caches.makeRoom();
  expect(await isKept(one.path)).toBe(true);
  one[Symbol.dispose]();
  await caches.makeRoom();
  expect(await isKept(one.path)).toBe(false);
});

test('a folder that two Attempts use stays until both have ended', async () => {
  const caches = cachesOf(0);
  const one = await fill(caches, 'one');
  const other = await caches.borrow(['one'], 'image');
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  await caches.makeRoom();
  expect(await isKept(one.path)).toBe(true);
  other[Symbol.dispose]();
  await caches.makeRoom();
  expect(await isKept(one.path)).toBe(false);
});

test('the next process makes room among what the last one left', async () => {
  const caches = cachesOf(10 * mib);
  (await fill(caches, 'one'))[Symbol.dispose]();
  (await fill(caches, 'two'))[Symbol.dispose]();
  await cachesOf(1.5 * mib).makeRoom();
  expect(await readdir(folder)).toHaveLength(1);
});

test('a folder that cannot be removed holds up no other, is not used half gone, and is tried again', async () => {
  let refused = 1;
  const caches = cachesOf(0, async (path) => {
    if (refused-- > 0) throw new Error('the device is busy');
    await remove(path);
  });
  const one = await fill(caches, 'one');
  one[Symbol.dispose]();
  (await fill(caches, 'two'))[Symbol.dispose]();
  await caches.makeRoom();
  expect(complaints).toEqual(['a folder that Steps had kept could not be removed']);
  expect(await readdir(folder)).toHaveLength(1);
  {
    using anew = await caches.borrow(['one'], 'image');
    expect(anew.path).toBe(one.path);
    expect(await readdir(anew.path)).toEqual([]);
  }
  await caches.makeRoom();
  expect(await readdir(folder)).toEqual([]);
});

test('a folder that is asked for while room is made is there when it is given', async () => {
  const caches = cachesOf(0);
  for (let round = 0; round < 20; round += 1) {
    (await fill(caches, 'one'))[Symbol.dispose]();
    const [, borrowed] = await Promise.all([caches.makeRoom(), caches.borrow(['one'], 'image')]);
    using _borrowed = borrowed;
    expect(await readdir(dirname(borrowed.path))).toEqual(['image', 'work']);
  }
});

test('what must not outlive a Step goes when the last Attempt gives a folder up, and not before', async () => {
  const caches = cachesOf(10 * mib);
  const one = await fill(caches, 'one');
  const other = await caches.borrow(['one'], 'image');
  const modeOf = async () => (await stat(join(one.path, 'file'))).mode & 0o7777;
  await chmod(join(one.path, 'file'), 0o6755);
  one[Symbol.dispose]();
  expect(await modeOf()).toBe(0o6755);
  other[Symbol.dispose]();
  using _next = await caches.borrow(['one'], 'image');
  expect(await modeOf()).toBe(0o755);
});

test('so it does from the folders of an earlier process, but for one that is used already', async () => {
  const earlier = cachesOf(10 * mib);
  const [left, used] = [await fill(earlier, 'left'), await fill(earlier, 'used')];
  for (const { path } of [left, used]) await chmod(join(path, 'file'), 0o4755);
  const caches = cachesOf(10 * mib);
  using _borrowed = await caches.borrow(['used'], 'image');
  await caches.disarmLeft();
  expect((await stat(join(left.path, 'file'))).mode & 0o7777).toBe(0o755);
  expect((await stat(join(used.path, 'file'))).mode & 0o7777).toBe(0o4755);
});

test('a folder from which it cannot be taken is removed', async () => {
  const caches = cachesOf(10 * mib, remove, () => Promise.resolve(false));
  const one = await fill(caches, 'one');
  one[Symbol.dispose]();
  await expect.poll(() => readdir(folder)).toEqual([]);
  expect(complaints).toEqual(['a folder that Steps kept has what must not stay; it is removed']);
  const anew = await caches.borrow(['one'], 'image');
  expect(await readdir(anew.path)).toEqual([]);
});

import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Spool } from './spool.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-spool-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function readAll(spool: Spool, from = 0): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let at = from; at < spool.length;) {
    const part = Buffer.alloc(64 * 1024);
    const length = await spool.read(at, part);
    parts.push(part.subarray(0, length));
    at += length;
  }
  return Buffer.concat(parts);
}

test('what was appended is in the file, and can be read from any offset, also when it is long ago', async () => {
  await using spool = new Spool(join(folder, 'spool', 'log'));
  const data = randomBytes(5 * 1024 * 1024 + 17);
  for (let at = 0; at < data.length; at += 100_000) await spool.append(data.subarray(at, at + 100_000));
  expect(spool.length).toBe(data.length);
  expect((await readFile(join(folder, 'spool', 'log'))).equals(data)).toBe(true);
  expect((await readAll(spool)).equals(data)).toBe(true);
  expect((await readAll(spool, 4_000_001)).equals(data.subarray(4_000_001))).toBe(true);
});

test('appends that are not waited for keep their order', async () => {
  await using spool = new Spool(join(folder, 'log'));
  const pieces = Array.from({ length: 500 }, (_piece, index) => Buffer.from(`${index},`));
  await Promise.all(pieces.map((piece) => spool.append(piece)));
  expect((await readAll(spool)).equals(Buffer.concat(pieces))).toBe(true);
  expect(await readFile(join(folder, 'log'))).toEqual(Buffer.concat(pieces));
});

test('a spool goes on with a file that is there, after what counts of it', async () => {
  const path = join(folder, 'log');
  {
    await using before = new Spool(path);
    await before.append(Buffer.from('whole|par'));
  }
  await using spool = new Spool(path, 6);
  await spool.append(Buffer.from('more'));
  expect((await readAll(spool)).toString()).toBe('whole|more');
});

test('a full disk is said once, in a sentence, and no byte that was taken is lost', async () => {
  const path = join(folder, 'log');
  await symlink('/dev/full', path);
  await using spool = new Spool(path);
  let said = 0;
  spool.onFailure = async () => {
    said += 1;
  };
  await spool.append(Buffer.from('one '));
  expect(spool.failure).toMatchObject({
    reason: 'log',
    message: `The log could not be written to ${path} on the runner's machine: its disk is full; make room there.`,
  });
  const two = Buffer.from('two');
  await spool.append(two);
  // It may be used again.
  two.fill('x');
  expect((await readAll(spool)).toString()).toBe('one two');
  expect(said).toBe(1);
});

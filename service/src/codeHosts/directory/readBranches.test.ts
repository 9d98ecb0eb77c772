import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxBranches, parseBranches } from './readBranches.ts';
import { parseSettings } from './readSettings.ts';
import { Unreadable } from './unreadable.ts';

const id = 'a'.repeat(40);

async function* cut(text: string | Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

test('branches are read, wherever the output was cut', async () => {
  const names = ['main', 'ü/ö', 'a"b;$(c)'].map((name) => `refs/heads/${name}`);
  const text = names.map((name) => `${id} ${name}\n`).join('');
  const whole = await parseBranches(cut(text, 10_000));
  expect([...whole.commits]).toEqual(names.map((name) => [name, id]));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 200 }), async (size) => {
      expect(await parseBranches(cut(text, size))).toEqual(whole);
    }),
  );
});

test('the hash changes with any branch', async () => {
  const hashOf = async (text: string) => (await parseBranches(cut(text, 100))).hash;
  const one = `${id} refs/heads/a\n`;
  const hashes = [one, `${one}${id} refs/heads/b\n`, `${'b'.repeat(40)} refs/heads/a\n`, ''].map(hashOf);
  expect(new Set(await Promise.all(hashes)).size).toBe(4);
});

test('whatever comes, it is branches or unreadable', async () => {
  const line = fc.constantFrom(
    `${id} refs/heads/a`,
    `${id} `,
    ' ',
    id,
    `${id} refs/tags/a`,
    `${id} refs/heads/a\0`,
  );
  const text = fc.oneof(
    fc.uint8Array(),
    fc.array(line).map((lines) => Buffer.from(lines.join('\n'))),
  );
  const isRead = fc.asyncProperty(text, fc.integer({ min: 1, max: 50 }), async (bytes, size) => {
    const [end] = await Promise.allSettled([parseBranches(cut(bytes, size))]);
    return end.status === 'fulfilled' || end.reason instanceof Unreadable;
  });
  expect((await fc.check(isRead)).failed).toBe(false);
});

test.each([
  ['too many branches', `${id} refs/heads/a`, 'it has more than 50,000 branches'],
  ['a line without an end', '', 'too long'],
])('%s end soon, however much is written', async (_what, line, message) => {
  let written = 0;
  const endless = (async function* () {
    for (;;) {
      written += 1;
      yield Buffer.from(line === '' ? 'x'.repeat(100) : `${line}${written}\n`);
    }
  })();
  await expect(parseBranches(endless)).rejects.toThrow(message);
  expect(written).toBeLessThanOrEqual(maxBranches + 1);
});

test('settings are the last of each name, whatever is written', () => {
  expect([...parseSettings(Buffer.from('a.b\n1\0a.c\0a.b\n2\nx\0'))]).toEqual([
    ['a.b', '2\nx'],
    ['a.c', ''],
  ]);
  const isRead = fc.property(fc.uint8Array(), (bytes) => parseSettings(Buffer.from(bytes)).size >= 0);
  expect(fc.check(isRead).failed).toBe(false);
});

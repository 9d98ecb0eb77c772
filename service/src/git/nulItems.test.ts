import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { nulItems } from './nulItems.ts';
import { processorMs } from '@flotilla/shared/processorTime';

async function read(chunks: readonly Uint8Array[], maxBytes = 100): Promise<(string | null)[]> {
  const output = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const items: (string | null)[] = [];
  for await (const some of nulItems(output, maxBytes)) items.push(...some);
  return items;
}

test('items are what is between NULs, wherever the output was cut', async () => {
  expect(await read([Buffer.from('a\0b/ü\n\0\0')])).toEqual(['a', 'b/ü\n', '']);
  expect(await read([])).toEqual([]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'binary', maxLength: 30 }).filter((item) => !item.includes('\0'))),
      fc.array(fc.nat(200)),
      async (items, cuts) => {
        const whole = Buffer.from(items.map((item) => `${item}\0`).join(''));
        const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b)];
        const chunks = places.map((place, index) => whole.subarray(place, places[index + 1]));
        expect(await read(chunks, 1000)).toEqual(items.map((item) => item.toWellFormed()));
      },
    ),
  );
});

/** Bytes among which NUL is frequent, and UTF-8 mostly broken. */
const bytes = fc.uint8Array({ maxLength: 50 }).map((all) => all.map((byte) => (byte % 5 === 0 ? 0 : byte)));

test('whatever bytes come, each NUL ends one item, and what is cut off is null', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(bytes), fc.integer({ min: 1, max: 20 }), async (chunks, most) => {
      const parts = Buffer.concat(chunks).toString('latin1').split('\0');
      const rest = parts.pop() === '' ? [] : [true];
      const items = await read(chunks, most);
      expect(items.map((item) => item === null)).toEqual([
        ...parts.map((part) => part.length > most),
        ...rest,
      ]);
    }),
  );
});

test('an item of 200 MB takes no more than linear time', async () => {
  const timeOf = async (chunks: number) => {
    const begun = processorMs();
    const chunk = new Uint8Array(64 * 1024).fill(97);
    const item = [...Array.from({ length: chunks }, () => chunk), Buffer.from('\0b\0')];
    expect(await read(item)).toEqual([null, 'b']);
    return processorMs() - begun;
  };
  const half = await timeOf(1600);
  expect(await timeOf(3200)).toBeLessThan(3 * half + 500);
});

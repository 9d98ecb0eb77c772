import { array, assert, asyncProperty, integer, string, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { zeroTerminated } from './zeroTerminated.ts';

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function itemsOf(bytes: Buffer, size: number): Promise<string[]> {
  const items: string[] = [];
  for await (const together of zeroTerminated(chunksOf(bytes, size)))
    items.push(...together.map((item) => item.toString('latin1')));
  return items;
}

test('items are what stands before each NUL, wherever the output is cut', async () => {
  const item = string({ unit: integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) });
  await assert(
    asyncProperty(array(item), integer({ min: 1, max: 50 }), async (items, size) => {
      const written = Buffer.from(items.map((one) => `${one}\0`).join(''), 'latin1');
      expect(await itemsOf(written, size)).toEqual(items);
    }),
  );
});

test('any bytes are read, or refused by a RangeError', async () => {
  await assert(
    asyncProperty(uint8Array({ maxLength: 20_000 }), integer({ min: 1 }), async (bytes, size) => {
      const read = await itemsOf(Buffer.from(bytes), size).catch((error: unknown) => error);
      expect(Array.isArray(read) || read instanceof RangeError).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('a path without an end is refused once it is longer than any', async () => {
  await expect(itemsOf(Buffer.alloc(10_000, 'a'), 100)).rejects.toThrow('a path of more than 8192 bytes');
});

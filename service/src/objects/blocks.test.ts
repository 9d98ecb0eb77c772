import { createHash } from 'node:crypto';
import { assert, asyncProperty, integer } from 'fast-check';
import { expect, test } from 'vitest';
import { openBlocks, toBlocks } from './blocks.ts';
import type { ObjectStore } from './objectStore.ts';

/** Objects in memory, and how many bytes were read of them. */
function memoryObjects(): ObjectStore & { bytesRead: number } {
  const kept = new Map<string, Buffer>();
  const contentOf = (key: string) => kept.get(key) ?? Buffer.alloc(0);
  return {
    bytesRead: 0,
    async put(key, content) {
      const parts: Uint8Array[] = [];
      for await (const part of content) parts.push(part);
      kept.set(key, Buffer.concat(parts));
    },
    size: async (key) => contentOf(key).length,
    async read(key, offset, length) {
      this.bytesRead += length;
      return contentOf(key).subarray(offset, offset + length);
    },
    remove: async (key) => void kept.delete(key),
  };
}

async function* partsOf(data: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < data.length; from += size) yield data.subarray(from, from + size);
}

const log = Buffer.from(
  Array.from({ length: 30_000 }, (_, number) => `line ${number} says ${(number * 7919) % 1000}\n`).join(''),
);

test('a stream is read back from any offset, whatever the parts it came in', async () => {
  await assert(
    asyncProperty(
      integer({ min: 0, max: log.length }),
      integer({ min: 1000, max: 400_000 }),
      integer({ min: 0, max: log.length + 10 }),
      integer({ min: 0, max: 700_000 }),
      async (length, partSize, offset, limit) => {
        const data = log.subarray(0, length);
        const objects = memoryObjects();
        const summary = { length: 0, sha256: '' };
        await objects.put('key', toBlocks(partsOf(data, partSize), summary));
        const stream = await openBlocks(objects, 'key');
        const sha256 = createHash('sha256').update(data).digest('hex');
        expect([stream.length, stream.sha256]).toEqual([length, sha256]);
        expect(summary).toEqual({ length, sha256 });
        expect((await stream.read(offset, limit)).equals(data.subarray(offset, offset + limit))).toBe(true);
      },
    ),
    { numRuns: 30 },
  );
});

test('a read touches only the blocks that it needs, and a log takes a quarter of its bytes at most', async () => {
  const objects = memoryObjects();
  await objects.put('key', toBlocks(partsOf(log, 65_536), { length: 0, sha256: '' }));
  expect((await objects.size('key')) / log.length).toBeLessThan(0.25);
  const stream = await openBlocks(objects, 'key');
  const before = objects.bytesRead;
  await stream.read(300_000, 10);
  expect(objects.bytesRead - before).toBeLessThan((await objects.size('key')) / 2);
});

test('what is no such object is refused', async () => {
  const objects = memoryObjects();
  await objects.put('short', partsOf(Buffer.from('x'), 1));
  await objects.put('other', partsOf(Buffer.alloc(100), 100));
  await expect(openBlocks(objects, 'short')).rejects.toThrow(
    'the object short is too short to hold a stream',
  );
  await expect(openBlocks(objects, 'other')).rejects.toThrow('the object other holds no stream');
});

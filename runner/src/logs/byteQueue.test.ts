import { array, assert, nat, property, tuple, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { ByteQueue } from './byteQueue.ts';

test('it holds the bytes of its part of the stream, whatever came, went and was read', () => {
  const turns = array(tuple(uint8Array({ maxLength: 8 }), nat(40), nat(40), nat(12)));
  assert(
    property(nat(100), turns, (start, list) => {
      const queue = new ByteQueue(start);
      let all = Buffer.alloc(start);
      for (const [data, drop, from, most] of list) {
        queue.push(data);
        all = Buffer.concat([all, data]);
        const before = queue.start;
        queue.dropUntil(before + drop);
        expect(queue.start).toBe(Math.min(before + drop, all.length));
        expect(queue.end).toBe(all.length);
        const offset = Math.min(queue.start + from, queue.end);
        const read = Buffer.alloc(most);
        expect(read.subarray(0, queue.read(offset, read))).toEqual(all.subarray(offset, offset + most));
        expect(Buffer.concat(queue.parts)).toEqual(all.subarray(queue.start));
      }
    }),
  );
});

test('what it has copied is its own', () => {
  const queue = new ByteQueue();
  const data = Buffer.from('mine');
  queue.push(data);
  queue.copy();
  data.fill('x');
  expect(Buffer.concat(queue.parts).toString()).toBe('mine');
});

import { descriptors } from '@flotilla/shared/logs/frame';
import { array, assert, boolean, integer, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { LogTail } from './logTail.ts';

const keptBytes = 256 * 1024;
const { stdout, stderr } = descriptors;
const placeOf = (step: number, descriptor: number) => step * 3 + descriptor;

test('it keeps the last 256 KiB of what came, with their Steps and descriptors, and counts the rest', () => {
  const pushes = array(tuple(integer({ min: 0, max: 300_000 }), boolean(), boolean()), { maxLength: 12 });
  assert(
    property(pushes, (list) => {
      const tail = new LogTail();
      const bytes: Buffer[] = [];
      const places: Buffer[] = [];
      for (const [index, [length, toStderr, later]] of list.entries()) {
        const [step, descriptor] = [later ? 1 : 0, toStderr ? stderr : stdout];
        const data = Buffer.alloc(length, index);
        bytes.push(Buffer.from(data));
        places.push(Buffer.alloc(length, placeOf(step, descriptor)));
        tail.push({ step, descriptor }, data);
        // It may be used again.
        data.fill(0xff);
      }
      const all = Buffer.concat(bytes);
      expect(tail.isEmpty).toBe(all.length === 0);
      expect(tail.omittedBytes).toBe(Math.max(0, all.length - keptBytes));
      const runs = [...tail.runs()];
      const last = (data: Buffer) => data.subarray(Math.max(0, all.length - keptBytes));
      expect(Buffer.concat(runs.map(({ data }) => data)).equals(last(all))).toBe(true);
      const placesOfRuns = runs.map(({ source: { step, descriptor }, data }) =>
        Buffer.alloc(data.length, placeOf(step, descriptor)),
      );
      expect(Buffer.concat(placesOfRuns).equals(last(Buffer.concat(places)))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

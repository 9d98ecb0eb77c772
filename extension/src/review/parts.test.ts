import { array, assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { shareOut, type Unit } from './parts.ts';

const unit = (job: string, count: number): Unit<string, number> => ({
  job,
  files: Array.from({ length: count }, (_, index) => index),
});

const drawn = (tabs: readonly (readonly Unit<string, number>[])[]) =>
  tabs.map((tab) => tab.map(({ job, files }) => `${job}:${files.length}`).join(' '));

test('Jobs share a tab while they fit', () => {
  expect(drawn(shareOut([unit('a', 40), unit('b', 60), unit('c', 1)], 100))).toEqual(['a:40 b:60', 'c:1']);
});

test('a Job that would be torn goes to the next tab', () => {
  expect(drawn(shareOut([unit('a', 40), unit('b', 70)], 100))).toEqual(['a:40', 'b:70']);
});

test('a Job larger than a tab fills what is there and goes on', () => {
  expect(drawn(shareOut([unit('a', 40), unit('b', 250), unit('c', 5)], 100))).toEqual([
    'a:40 b:60',
    'b:100',
    'b:90 c:5',
  ]);
});

test('no tab is too large, and no file is lost', () => {
  assert(
    property(array(integer({ min: 0, max: 30 }), { maxLength: 20 }), (counts) => {
      const tabs = shareOut(
        counts.map((count, index) => unit(String(index), count)),
        10,
      );
      const sizes = tabs.map((tab) => tab.reduce((sum, part) => sum + part.files.length, 0));
      expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(10);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(counts.reduce((sum, count) => sum + count, 0));
    }),
  );
});

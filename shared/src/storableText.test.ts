import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { isStorable, toStorable } from './storableText.ts';

test('a text becomes storable, and one that is storable stays as it is', () => {
  assert(
    property(string({ unit: 'binary' }), (text) => {
      const stored = toStorable(text);
      expect(isStorable(stored)).toBe(true);
      expect(stored === text).toBe(isStorable(text));
    }),
  );
});

test.each(['\0', 'a\ud83d', '\ude00b'])('%j cannot be stored', (text) => {
  expect(isStorable(text)).toBe(false);
  expect(toStorable(text)).toContain('\ufffd');
});

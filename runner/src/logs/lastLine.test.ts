import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { lastLineOf } from './lastLine.ts';

const none: Buffer = Buffer.alloc(0);
const lineAfter = (...writes: readonly string[]) =>
  writes
    .reduce<Buffer>((line, written) => lastLineOf(line, Buffer.from(written)), none)
    .toString()
    .trim();

test.each([
  [['one\ntwo\n'], 'two'],
  [['one\ntwo'], 'two'],
  [['one\n', 'tw', 'o\n'], 'two'],
  [['one\n', '\n', '\r\n'], 'one'],
  [['one\n', 'two'], 'two'],
  [[''], ''],
  [['\n\n'], ''],
])('after %j the last line with anything on it is %j', (writes, line) => {
  expect(lineAfter(...writes)).toBe(line);
});

test('of a very long line only the end is kept', () => {
  const line = lastLineOf(none, Buffer.from(`${'x'.repeat(1_000_000)}end\n`));
  expect(line.length).toBeLessThanOrEqual(2048);
  expect(line.toString().trimEnd().endsWith('xend')).toBe(true);
});

test('it is the same however the output is cut', () => {
  assert(
    property(array(constantFrom('a', 'b', '\n', 'c\n', '')), (pieces) => {
      expect(lineAfter(...pieces)).toBe(lineAfter(pieces.join('')));
    }),
  );
});

import { assert, constantFrom, oneof, property, string } from 'fast-check';
import { expect, test, vi } from 'vitest';
import { growsFaster } from '../linearTime.ts';
import { mostProblems } from '../sourceProblem.ts';
import { parseScopeQuery } from './parseScopeQuery.ts';
import { tokenize } from './tokenize.ts';

// Much text, on a machine that others use too.
vi.setConfig({ testTimeout: 30_000 });

const query = oneof(
  string({ unit: 'binary' }),
  string({
    unit: constantFrom(
      'repo:',
      '-',
      'f:',
      'count:',
      '"',
      "'",
      '\\',
      ' ',
      '\n',
      'a',
      '@',
      '9',
      '\u0000',
      '\ud800',
    ),
  }),
);

test('the tokens of any text are in it, one after the other', () => {
  assert(
    property(query, (text) => {
      let end = 0;
      for (const token of tokenize(text)) {
        expect(token.offset).toBeGreaterThanOrEqual(end);
        // A quotation mark without a partner is told without the filter that it belongs to.
        expect(token.kind === 'unterminated' || text.slice(end, token.offset).trim() === '').toBe(true);
        end = token.offset + token.length;
        expect(end).toBeLessThanOrEqual(text.length);
      }
    }),
    { numRuns: 500 },
  );
});

test('any text is a query or has problems with places in it', () => {
  assert(
    property(query, (text) => {
      const parsed = parseScopeQuery(text);
      if (parsed.ok) return;
      expect(parsed.problems.length).toBeLessThanOrEqual(mostProblems);
      for (const { offset, length } of parsed.problems) {
        expect(length).toBeGreaterThan(0);
        expect(offset + length).toBeLessThanOrEqual(text.length);
      }
    }),
    { numRuns: 500 },
  );
});

test.each([
  'a: ',
  'repo:a ',
  'repo:',
  '-',
  '-file:a ',
  "'a",
  '"',
  '\\',
  '"\\',
  'a.',
  'a ',
  ' ',
  'count:1 ',
  'r:@ ',
  '""',
  'a"',
])('128 KiB of %j are read in linear time', (part) => {
  const input = (size: number) => part.repeat(Math.ceil(size / part.length));
  expect(growsFaster(input, parseScopeQuery, 128 * 1024)).toBeUndefined();
});

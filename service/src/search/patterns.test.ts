import { FlotillaError } from '@flotilla/shared/errors';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxSteps, Patterns } from './patterns.ts';
import { processorMs } from '@flotilla/shared/processorTime';

const matches = (source: string, text: string) =>
  new Patterns(maxSteps.paths).compile({ source, offset: 0 }, 'repo:')(text);

test('a pattern matches anywhere in a name, whatever its letter case', () => {
  expect(matches('WEB', 'shop/web-ui')).toBe(true);
  expect(matches('^web', 'shop/web-ui')).toBe(false);
  expect(matches('ui$', 'shop/web-ui')).toBe(true);
  expect(matches('', 'anything')).toBe(true);
});

test.each(['a(', '[z-a]', '(?=lookahead)', '(a)\\1', '*'])(
  '%s is refused with its place and what is wrong with it',
  (source) => {
    const compile = () => new Patterns(maxSteps.paths).compile({ source, offset: 9 }, '-repo:');
    expect(compile).toThrow(FlotillaError);
    expect(compile).toThrow(
      `"-repo:${source}" at column 10 of the query is not a regular expression (RE2): `,
    );
  },
);

test('a pattern that would take a backtracking engine for ever takes none', () => {
  const started = processorMs();
  expect(matches('(a+)+$', `${'a'.repeat(5000)}!`)).toBe(false);
  // Exponential time would be longer than the age of the universe; this bound only ends the test.
  expect(processorMs() - started).toBeLessThan(20_000);
});

test.each([
  ['.{1000}'.repeat(100)],
  ['((a{30}){30})'.repeat(100)],
  ['\\pL'.repeat(3000)],
  ['[\\x{100}-\\x{10FFFF}]'.repeat(400)],
  ['[À-ɏ]'.repeat(1500)],
  ['(a*)*'.repeat(2000)],
  ['a?'.repeat(4000)],
])('%s is refused, and soon', (source) => {
  const started = processorMs();
  expect(() => matches(source, '')).toThrow('too large');
  expect(processorMs() - started).toBeLessThan(2000);
});

test('whatever is written is a pattern, or is refused with its place', () => {
  const piece = fc.constantFrom(
    'a',
    '.',
    '*',
    '+',
    '?',
    '(',
    ')',
    '[',
    ']',
    '{9}',
    '{1,}',
    '|',
    '^',
    '$',
    '\\',
    '\\pL',
    '-',
    'ü',
  );
  const written = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece).map((pieces) => pieces.join('')),
  );
  const isAnswered = fc.property(written, fc.string({ unit: 'binary' }), (source, text) => {
    const answer = answerOf(() => matches(source, text));
    if (typeof answer === 'boolean') return true;
    const { code, details } = answer as FlotillaError;
    return code === 'scope.invalid' && details['offset'] === 0 && details['length'] === source.length;
  });
  expect(fc.check(isAnswered).failed).toBe(false);
});

/** What a function returns, or throws. */
function answerOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

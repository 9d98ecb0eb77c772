import { FlotillaError } from '@flotilla/shared/errors';
import { expect, test } from 'vitest';
import { compilePattern } from './patterns.ts';

const matches = (source: string, text: string) => compilePattern({ source, offset: 0 }, 'repo:')(text);

test('a pattern matches anywhere in a name, whatever its letter case', () => {
  expect(matches('WEB', 'shop/web-ui')).toBe(true);
  expect(matches('^web', 'shop/web-ui')).toBe(false);
  expect(matches('ui$', 'shop/web-ui')).toBe(true);
  expect(matches('', 'anything')).toBe(true);
});

test.each(['a(', '[z-a]', '(?=lookahead)', '(a)\\1', '*'])(
  '%s is refused with its place and what is wrong with it',
  (source) => {
    const compile = () => compilePattern({ source, offset: 9 }, '-repo:');
    expect(compile).toThrow(FlotillaError);
    expect(compile).toThrow(
      `"-repo:${source}" at column 10 of the query is not a regular expression (RE2): `,
    );
  },
);

test('a pattern that would take a backtracking engine for ever takes none', () => {
  const started = performance.now();
  expect(matches('(a+)+$', `${'a'.repeat(5000)}!`)).toBe(false);
  // Exponential time would be longer than the age of the universe; this bound only ends the test.
  expect(performance.now() - started).toBeLessThan(20_000);
});

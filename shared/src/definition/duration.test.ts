import { expect, test } from 'vitest';
import { parseDuration } from './duration.ts';

test.each([
  ['90s', 90],
  ['45m', 2700],
  ['2h', 7200],
  ['1h30m', 5400],
  ['1h1m1s', 3661],
  ['0h5s', 5],
])('%s is a duration of %i seconds', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

test.each(['', '5', 'm', '5 m', '1.5h', '-5s', '0s', '0h0m', '5d', '5S', '1234567890s', '5s\n'])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

import { isStorable } from '@flotilla/shared/storableText';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { GitError, GitLimitError } from '../git/git.ts';
import { oneReason } from './oneReason.ts';

test.each([
  ['fatal: bad object \0\u001b[31m\nmore', 'fatal: bad object \ufffd\ufffd[31m'],
  ['', 'git was ended by the system, or said nothing'],
  [`\n${'x'.repeat(600)}`, `${'x'.repeat(500)}…`],
])('of %j the reason is %j', (stderr, reason) => {
  expect(oneReason(new GitError(['fetch'], 128, stderr))).toBe(reason);
});

test('of a limit the reason is which one', () => {
  expect(oneReason(new GitLimitError(['fetch'], 'time', 20_000))).toBe('git fetch took longer than 20 s');
});

test('whatever git says, its reason can be stored, and is one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 700 }), (stderr) => {
      const reason = oneReason(new GitError([], 1, stderr));
      expect(isStorable(reason)).toBe(true);
      expect(reason).not.toMatch(/\p{Cc}|\p{Cf}/u);
      expect(reason.length).toBeLessThanOrEqual(501);
    }),
  );
});

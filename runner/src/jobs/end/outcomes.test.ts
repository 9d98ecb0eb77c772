import { expect, test } from 'vitest';
import { AttemptError } from '../../endings/attemptError.ts';
import { Mask } from '../../logs/mask.ts';
import { errored } from './outcomes.ts';

const messageOf = (message: string) => {
  const outcome = errored(new AttemptError('patch', message), null, new Mask(['hunter2']));
  return outcome.kind === 'errored' ? outcome.message : undefined;
};

test.each([
  ['an escape', 'a repository at "a\u001b[2Jb".', 'a repository at "a\ufffd[2Jb".'],
  ['a mark of direction', 'at "a\u061cb\u202e".', 'at "a\ufffdb\ufffd".'],
  ['lines of git', 'error: no\n  fatal: no\n', 'error: no fatal: no '],
  ['a secret', 'at "hunter2".', 'at "***".'],
])('%s in the message of an outcome is shown in one line', (_what, message, shown) => {
  expect(messageOf(message)).toBe(shown);
});

test('a long message is cut to what the service takes', () => {
  expect(messageOf('x'.repeat(5000))).toHaveLength(2000);
});

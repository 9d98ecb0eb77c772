import { assert, constantFrom, oneof, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { isImageName, isPinOf, repositoryOf } from './imageName.ts';

const [one, other] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];

test.each([
  ['alpine:3', `alpine@${one}`],
  ['alpine', `docker.io/library/alpine@${one}`],
  ['docker.io/alpine:3', `alpine@${one}`],
  ['team/tool:1', `team/tool@${one}`],
  ['localhost:5000/tool', `localhost:5000/tool@${one}`],
  [`alpine:3@${one}`, `alpine@${one}`],
  ['made-here:1', one],
  [one, one],
])('%s may be pinned by %s', (image, pin) => {
  expect(isPinOf(image, pin)).toBe(true);
});

test.each([
  ['alpine:3', `evil/alpine@${one}`],
  ['alpine:3', `evil.example.org/alpine@${one}`],
  ['alpine:3', `alpine.evil.example.org/x@${one}`],
  ['alpine:3', `alpine:4@${one}`],
  ['alpine:3', 'alpine:3'],
  ['alpine:3', 'alpine:4'],
  ['alpine:3', `alpine@${one}@${other}`],
  ['alpine:3', `alpine@md5:${'1'.repeat(32)}`],
  ['alpine:3', `alpine@${one.toUpperCase()}`],
  ['alpine:3', `alpine@${one}\n`],
  ['alpine:3', ` alpine@${one}`],
  ['alpine:3', `../alpine@${one}`],
  ['alpine:3', 'sha256:1'],
  ['alpine:3', one.slice(7)],
  ['alpine:3', ''],
  ['alpine:3', '@'],
  [`alpine@${one}`, `alpine@${other}`],
  [`alpine@${one}`, one],
  [one, other],
  [one, `alpine@${one}`],
])('%s may not be pinned by %j', (image, pin) => {
  expect(isPinOf(image, pin)).toBe(false);
});

test.each([
  'alpine',
  'a/b/c:1',
  `a@${one}`,
  'registry.example.org:5000/a:1',
  '[::1]:5000/a',
  one,
  'localhost/a_b-c',
])('%s is the name of an image', (name) => {
  expect(isImageName(name)).toBe(true);
});

test.each([
  '',
  '../containers/x',
  'a/../b',
  'a/./b',
  'a//b',
  '/a',
  'a/',
  'a?x',
  'a#x',
  'a b',
  'a\n',
  'a\0',
  '-a',
  `a@${one}@${one}`,
  'a%2fb',
  'a\\b',
  'ä',
  'x'.repeat(501),
])('%j is no name of an image', (name) => {
  expect(isImageName(name)).toBe(false);
});

test('whatever a pin is, it is of the same repository or an id', () => {
  const text = oneof(
    string({ maxLength: 100 }),
    constantFrom('alpine', 'alpine:3', `alpine@${one}`, one, 'docker.io/library/alpine', `x@${other}`),
  );
  assert(
    property(text, text, (image, pin) => {
      const isFine =
        !isPinOf(image, pin) || pin.startsWith('sha256:') || repositoryOf(pin) === repositoryOf(image);
      expect(isFine).toBe(true);
    }),
  );
});

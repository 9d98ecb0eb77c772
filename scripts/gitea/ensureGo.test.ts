import { expect, test } from 'vitest';
import { isNewEnough } from './ensureGo.ts';

test.each([
  ['go version go1.26.8 linux/amd64', true],
  ['go version go1.27 linux/amd64', true],
  ['go version go2.0 darwin/arm64', true],
  ['go version go1.19.8 linux/amd64', false],
  ['go version go1.9 linux/amd64', false],
  ['go version devel +abc', false],
  ['', false],
])('%j can build Gitea: %s', (said, expected) => {
  expect(isNewEnough(said)).toBe(expected);
});

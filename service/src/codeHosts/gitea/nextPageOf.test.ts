import { expect, test } from 'vitest';
import { nextPageOf } from './nextPageOf.ts';

const next = '<http://gitea/api/v1/user/repos?page=3>; rel="next",<http://gitea/x?page=9>; rel="last"';
const last = '<http://gitea/api/v1/user/repos?page=1>; rel="first",<http://gitea/x?page=8>; rel="prev"';

test.each<[string, Record<string, string>, { seen: number; hasItems: boolean }, boolean]>([
  ['a link to the next one, also behind an empty page', { link: next }, { seen: 0, hasItems: false }, true],
  ['no link to the next one', { link: last, 'x-total-count': '99' }, { seen: 1, hasItems: true }, false],
  ['less than all', { 'x-total-count': '5' }, { seen: 3, hasItems: true }, true],
  ['all', { 'x-total-count': '3' }, { seen: 3, hasItems: true }, false],
  ['nothing more, whatever the total', { 'x-total-count': '5' }, { seen: 3, hasItems: false }, false],
  ['neither header', {}, { seen: 3, hasItems: true }, true],
  ['neither header, and an empty page', {}, { seen: 3, hasItems: false }, false],
  ['a total that is none', { 'x-total-count': 'many' }, { seen: 3, hasItems: true }, true],
])('%s', (_what, headers, seen, expected) => {
  expect(nextPageOf(new Headers(headers), seen)).toBe(expected);
});

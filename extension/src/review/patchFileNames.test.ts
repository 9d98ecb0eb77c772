import { expect, test } from 'vitest';
import { patchFileNames } from './patchFileNames.ts';

test('each repository has a file of its own, inside the folder', () => {
  expect(patchFileNames(['web', 'team/web', 'team__web', 'Web', '../../etc', 'a:b\n'])).toEqual([
    'web.patch',
    'team__web.patch',
    'team__web-2.patch',
    'Web-2.patch',
    '___..__etc.patch',
    'a_b_.patch',
  ]);
});

import { expect, test } from 'vitest';
import { patchFileNames } from './patchFileNames.ts';

const namesOf = (...repositories: string[]) => Object.fromEntries(patchFileNames(repositories));

test('a patch is named after its repository', () => {
  expect(namesOf('web', 'group/app')).toEqual({ web: 'web.patch', 'group/app': 'group__app.patch' });
});

test('names that would meet are told apart, and the plain one keeps its own', () => {
  expect(namesOf('group/app', 'group__app', 'Group__App')).toEqual({
    group__app: 'group__app.patch',
    Group__App: 'Group__App-2.patch',
    'group/app': 'group__app-3.patch',
  });
});

test('a name can neither hide a file, nor be an option, nor leave the folder', () => {
  expect(namesOf('.hidden', '-rf', '../up')).toEqual({
    '.hidden': '_hidden.patch',
    '-rf': '_rf.patch',
    '../up': '_.__up.patch',
  });
});

test('a name that is too long for a file is cut and stays unique', () => {
  const [one, two] = [...patchFileNames([`${'ä'.repeat(140)}1`, `${'ä'.repeat(140)}2`]).values()];
  expect(one).not.toBe(two);
  expect(Buffer.byteLength(one ?? '')).toBeLessThan(255);
  expect(one).toMatch(/^ä+-[0-9a-f]{12}\.patch$/);
});

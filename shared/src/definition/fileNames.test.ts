import { expect, test } from 'vitest';
import { stemOf } from './fileNames.ts';

test.each([
  ['ci/bump-node.action.json', 'bump-node'],
  ['C:\\actions\\bump.action.jsonc', 'bump'],
  ['bump.json', 'bump'],
  ['release.v2.action.json', 'release.v2'],
  ['bump', 'bump'],
  ['.action.json', 'action'],
])('an Action in %s is called %s', (fileName, stem) => {
  expect(stemOf(fileName)).toBe(stem);
});

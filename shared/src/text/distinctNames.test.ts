import { expect, test } from 'vitest';
import { distinctNames } from './distinctNames.ts';

const distinct = (...names: string[]) =>
  distinctNames(names, {
    keyOf: (name) => name.toLowerCase(),
    numbered: (name, number) => `${name} ${number}`,
  });

test('the first of several keeps its name, and the others get the next numbers', () => {
  expect(distinct('web', 'api', 'Web', 'web')).toEqual(['web', 'api', 'Web 2', 'web 3']);
});

test('a number that makes the name of another is passed over', () => {
  expect(distinct('web 2', 'web', 'web')).toEqual(['web 2', 'web', 'web 3']);
  expect(distinct('web', 'web', 'web 2')).toEqual(['web', 'web 2', 'web 2 2']);
});

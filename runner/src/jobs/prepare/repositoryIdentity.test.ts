import { expect, test } from 'vitest';
import { folderNameOf } from '../../identity.ts';
import { repositoryIdentity } from './repositoryIdentity.ts';

const folderOf = (...repository: Parameters<typeof repositoryIdentity>) =>
  folderNameOf(repositoryIdentity(...repository));
const here = 'http://here';
const web = { repositoryId: 1, repository: 'web' };

test('a repository is the same under another name, and another one of its name is not', () => {
  expect(folderOf(here, { ...web, repository: 'site' })).toBe(folderOf(here, web));
  expect(folderOf(here, { ...web, repositoryId: 2 })).not.toBe(folderOf(here, web));
});

test('an id means nothing at another service', () => {
  expect(folderOf('http://there', web)).not.toBe(folderOf(here, web));
});

test('without an id its name tells a repository, which is never taken for an id', () => {
  expect(folderOf(here, { repository: 'web' })).toBe(folderOf(here, { repository: 'web' }));
  expect(folderOf(here, { repository: '1' })).not.toBe(folderOf(here, web));
});

import { expect, test } from 'vitest';
import { parseAddress, repositoryUrls } from './repositoryUrls.ts';

test.each([
  ['https://git.example.org', 'https'],
  ['https://git.example.org:8443/', 'https'],
  ['ssh://git@git.example.org:2222', 'ssh'],
  ['http://127.0.0.1:3000', 'http'],
])('%s is an address', (location, protocol) => {
  expect(parseAddress(location).protocol).toBe(protocol);
});

test.each([
  ['file:///srv/git', 'neither https nor ssh'],
  ['ext::sh -c touch% /tmp/x', 'neither https nor ssh'],
  ['git@git.example.org:web', 'neither https nor ssh'],
  ['/srv/git', 'neither https nor ssh'],
  ['https://me:secret@git.example.org', 'a credential'],
  ['https://token@git.example.org', 'a credential'],
  ['ssh://git:secret@git.example.org', 'a credential'],
  ['ssh://-oProxyCommand=touch/x', 'begins with "-"'],
  ['ssh://-oProxyCommand@git.example.org', 'begins with "-"'],
])('%s is none', (location, reason) => {
  expect(() => parseAddress(location)).toThrow(reason);
});

test('repositories are called by their paths', () => {
  const address = parseAddress('https://git.example.org');
  const urls = [
    'https://git.example.org/team/web.git',
    'https://git.example.org/a%20b/',
    'https://git.example.org/x',
  ];
  expect([...repositoryUrls(address, urls)]).toEqual([
    ['team/web', 'https://git.example.org/team/web.git'],
    ['a b', 'https://git.example.org/a%20b/'],
    ['x', 'https://git.example.org/x'],
  ]);
});

test.each([
  ['https://elsewhere.example.org/web', 'is not at git.example.org'],
  ['https://git.example.org:444/web', 'is not at git.example.org'],
  ['http://git.example.org/web', 'is not at git.example.org'],
  ['https://me@git.example.org/web', 'is not at git.example.org'],
  ['https://git.example.org@elsewhere.example.org/web', 'is not at git.example.org'],
  ['https://git.example.org/web?x=1', 'a query'],
  ['https://git.example.org/-web', 'begins with "-"'],
  ['https://git.example.org/team/-x', 'begins with "-"'],
  ['https://git.example.org/', 'lead elsewhere'],
  ['https://git.example.org/%2e%2e%2fx', 'lead elsewhere'],
  ['https://git.example.org/a%0ab', 'cannot be seen'],
  ['https://git.example.org/%ff', 'not encoded'],
  ['web', 'no address'],
])('%s is no repository there', (url, reason) => {
  const address = parseAddress('https://git.example.org');
  expect(() => repositoryUrls(address, [url])).toThrow(reason);
});

test('one repository is named once', () => {
  const address = parseAddress('https://git.example.org');
  const urls = ['https://git.example.org/web', 'https://git.example.org/web.git'];
  expect(() => repositoryUrls(address, urls)).toThrow('web is named twice');
});

import { expect, test } from 'vitest';
import { parseNamedFolders } from './namedFolders.ts';

test.each<[string, readonly (readonly [name: string | null, folder: string])[]]>([
  ['/srv/repositories', [[null, '/srv/repositories']]],
  [' /srv/my repositories ', [[null, '/srv/my repositories']]],
  ['/srv/a,b', [[null, '/srv/a,b']]],
  ['/srv/a=b', [[null, '/srv/a=b']]],
  ['work=/srv/work', [['work', '/srv/work']]],
  [
    'work=/srv/work,other=other',
    [
      ['work', '/srv/work'],
      ['other', 'other'],
    ],
  ],
  [
    'work = /srv/work , other= /srv/other',
    [
      ['work', '/srv/work'],
      ['other', '/srv/other'],
    ],
  ],
  [
    'a=/srv/x,y,b=/srv/z=1',
    [
      ['a', '/srv/x,y'],
      ['b', '/srv/z=1'],
    ],
  ],
  [
    '/srv/plain,b=/srv/b',
    [
      [null, '/srv/plain'],
      ['b', '/srv/b'],
    ],
  ],
  ['Großes-Team_2.0=/srv/x', [['Großes-Team_2.0', '/srv/x']]],
])('%j names its folders', (text, folders) => {
  expect(parseNamedFolders(text)).toEqual(folders.map(([name, folder]) => ({ name, folder })));
});

test.each([
  ['', /names no folder/],
  [' ', /names no folder/],
  ['a=', /"a" has no folder/],
  ['=/srv/a', /"" is no name/],
  ['a b=/srv/a', /"a b" is no name/],
  ['-a=/srv/a', /"-a" is no name/],
  ['a\u202eb=/srv/a', /is no name/],
  ['a\nb=/srv/a', /is no name/],
  ['a\u001b[31m=/srv/a', /is no name/],
  ['../a=/srv/a,b:c=/srv/b', /"b:c" is no name/],
  [`${'a'.repeat(101)}=/srv/a`, /at most 100/],
  ['/srv/a,/srv/b', /looks like several folders: give each a name/],
  ['a=/srv/a,/srv/b', /looks like several folders: give each a name/],
  ['a=/srv/a,', /looks like several folders/],
  ['a=/srv/a,a=/srv/b', /two folders have the name "a"/],
  ['a=/srv/a,b=/srv/a', /the folder \/srv\/a is named twice/],
  ['a=/srv/\0', /no NUL/],
])('%j is refused in one sentence', (text, sentence) => {
  expect(() => parseNamedFolders(text)).toThrow(sentence);
});

test('`:rw` behind a folder lets its branches be written', () => {
  expect(parseNamedFolders('/srv/git:rw')).toEqual([{ name: null, folder: '/srv/git', writable: true }]);
  expect(parseNamedFolders('work=/srv/work:rw, other=/srv/o:rw/x')).toEqual([
    { name: 'work', folder: '/srv/work', writable: true },
    { name: 'other', folder: '/srv/o:rw/x' },
  ]);
  expect(() => parseNamedFolders('work=:rw')).toThrow('the name "work" has no folder');
});

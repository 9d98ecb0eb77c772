import { expect, test } from 'vitest';
import type { NamedFolder } from './namedFolders.ts';
import { planFolders } from './planFolders.ts';
import type { CodeHostRow } from './readCodeHosts.ts';

const folder = (path: string, name: string | null = null): NamedFolder => ({ name, folder: path });
const row = (id: number, name: string, location: string, more: Partial<CodeHostRow> = {}): CodeHostRow => ({
  id,
  kind: 'directory',
  name,
  location,
  settings: {},
  present: true,
  ...more,
});
const plan = (rows: readonly CodeHostRow[], ...folders: readonly NamedFolder[]) =>
  planFolders('directory', rows, folders).map(({ id, name, location, present }) => [
    id,
    name,
    location,
    present,
  ]);

test('a folder without a name is called by the last part of its path, and keeps its row', () => {
  expect(plan([], folder('/srv/repos'))).toEqual([[null, 'repos', '/srv/repos', true]]);
  expect(plan([row(1, 'repos', '/srv/repos')], folder('/srv/repos'))).toEqual([]);
  expect(plan([row(1, 'other', '/srv/repos')], folder('/srv/repos'))).toEqual([]);
});

test.each([
  ['/', 'repositories'],
  ['/srv/my repos', 'my-repos'],
  ['/srv/..hidden', 'hidden'],
  ['/srv/a\u202eb\nc', 'a-b-c'],
  [`/srv/${'é'.repeat(200)}`, 'é'.repeat(100)],
])('what could not be seen or typed is no part of such a name: %j', (path, name) => {
  expect(plan([], folder(path))).toEqual([[null, name, path, true]]);
});

test('two folders that end in the same name are told apart by a number', () => {
  expect(plan([], folder('/a/repos'), folder('/b/repos'))).toEqual([
    [null, 'repos', '/a/repos', true],
    [null, 'repos-2', '/b/repos', true],
  ]);
  expect(plan([row(1, 'repos', '/a/repos')], folder('/b/repos'), folder('/a/repos'))).toEqual([
    [null, 'repos-2', '/b/repos', true],
  ]);
});

test('a folder that is not named any more is there no more, and is the same one when it is named again', () => {
  const rows = [row(1, 'a', '/srv/a'), row(2, 'b', '/srv/b')];
  expect(plan(rows, folder('/srv/b'))).toEqual([[1, 'a', '/srv/a', false]]);
  const gone = [row(1, 'a', '/srv/a', { present: false }), row(2, 'b', '/srv/b')];
  expect(plan(gone, folder('/srv/b'))).toEqual([]);
  expect(plan(gone, folder('/srv/a'), folder('/srv/b'))).toEqual([[1, 'a', '/srv/a', true]]);
});

test('names that are swapped, or taken from what is there no more, go to whom they are given', () => {
  const rows = [row(1, 'a', '/srv/1'), row(2, 'b', '/srv/2')];
  expect(plan(rows, folder('/srv/1', 'b'), folder('/srv/2', 'a'))).toEqual([
    [1, 'b', '/srv/1', true],
    [2, 'a', '/srv/2', true],
  ]);
  expect(plan(rows, folder('/srv/2', 'a'))).toEqual([
    [2, 'a', '/srv/2', true],
    [1, 'a-2', '/srv/1', false],
  ]);
  // One that nobody names by hand gives way to one that somebody does.
  expect(plan(rows, folder('/srv/1'), folder('/srv/3', 'a'))).toEqual([
    [null, 'a', '/srv/3', true],
    [1, 'a-2', '/srv/1', true],
    [2, 'b', '/srv/2', false],
  ]);
});

test('a folder that may be written from now on, or no more, says so in its settings', () => {
  const writable = { ...folder('/srv/a'), writable: true };
  const [row1, row2] = [row(1, 'a', '/srv/a'), row(1, 'a', '/srv/a', { settings: { writable: true } })];
  expect(planFolders('directory', [row1], [writable])).toMatchObject([
    { id: 1, settings: { writable: true } },
  ]);
  expect(planFolders('directory', [row2], [writable])).toEqual([]);
  expect(planFolders('directory', [row2], [folder('/srv/a')])).toMatchObject([{ id: 1, settings: {} }]);
});

test('hosts of other kinds stay as they are, and keep their names', () => {
  const rows = [row(1, 'forge', 'https://forge.example', { kind: 'github' })];
  expect(plan(rows)).toEqual([]);
  expect(plan(rows, folder('/srv/forge'))).toEqual([[null, 'forge-2', '/srv/forge', true]]);
  expect(() => plan(rows, folder('/srv/x', 'forge'))).toThrow(
    'FLOTILLA_REPOSITORIES: another code host is called "forge" already; give /srv/x another name.',
  );
});

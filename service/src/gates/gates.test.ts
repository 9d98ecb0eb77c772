import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { TreeChange } from '../patches/treeDiff.ts';
import { findingsOf } from './checkPatch.ts';
import { standardPolicy } from './gatePolicy.ts';
import { isLeftBehind } from './leftBehind.ts';
import { matchesPath } from './pathPattern.ts';
import { secretIn } from './secretPatterns.ts';
import { secretsInDiff } from './secretsInDiff.ts';

const nowhere = () => false;
const change = (path: string, more: Partial<TreeChange> = {}): TreeChange => ({
  status: 'added',
  path,
  previousPath: null,
  base: null,
  result: { mode: '100644', id: 'a' },
  addedLines: 1,
  removedLines: 0,
  ...more,
});

test.each([
  ['node_modules/a/index.js', true],
  ['packages/web/node_modules/a.js', true],
  ['src/__pycache__/a.cpython-311.pyc', true],
  ['src/main.ts.orig', true],
  ['notes~', true],
  ['target/debug/a', true],
  ['src/target.ts', false],
  ['src/main.ts', false],
  ['docs/origin', false],
])('%s, when it is new, was left behind by a tool: %s', (path, left) => {
  expect(isLeftBehind(path, nowhere)).toBe(left);
});

test('a folder in which the repository keeps files already may get one more', () => {
  expect(isLeftBehind('src/target/linux.ts', (folder) => folder === 'src/target')).toBe(false);
  expect(isLeftBehind('src/target/node_modules/x.js', (folder) => folder === 'src/target')).toBe(true);
});

test('only new files are left behind; a changed one in such a folder is the repository’s', () => {
  const changes = [change('node_modules/kept.js', { status: 'modified' }), change('node_modules/new.js')];
  expect(findingsOf(changes, standardPolicy, nowhere)).toEqual([
    { kind: 'leftBehind', path: 'node_modules/new.js' },
  ]);
});

test('files and lines have a most, and some paths may not be changed at all, also by a rename', () => {
  const policy = { mostFiles: 1, mostLines: 2, forbiddenPaths: ['.github/**', '*.lock'] };
  const changes = [
    change('a.lock', { addedLines: 2 }),
    change('ci.yml', { status: 'renamed', previousPath: '.github/workflows/ci.yml', removedLines: 1 }),
  ];
  expect(findingsOf(changes, policy, nowhere)).toEqual([
    { kind: 'tooManyFiles', files: 2, most: 1 },
    { kind: 'tooManyLines', lines: 4, most: 2 },
    { kind: 'forbiddenPath', path: 'a.lock', pattern: '*.lock' },
    { kind: 'forbiddenPath', path: '.github/workflows/ci.yml', pattern: '.github/**' },
  ]);
});

test.each([
  ['.github/**', '.github/workflows/ci.yml', true],
  ['.github/**', '.github', true],
  ['**/secrets/*', 'a/b/secrets/key', true],
  ['**/secrets/*', 'secrets/key', true],
  ['**/secrets/*', 'secrets/deep/key', false],
  ['*.lock', 'a.lock', true],
  ['*.lock', 'a/b.lock', false],
  ['**/*.lock', 'a/b.lock', true],
  ['a*b*c', 'axxbyyc', true],
  ['a*b*c', 'axxbyy', false],
])('%s is a pattern of %s: %s', (pattern, path, matches) => {
  expect(matchesPath(pattern, path)).toBe(matches);
});

test('a hostile pattern is matched in bounded time', () => {
  const started = performance.now();
  matchesPath(`${'**/a/'.repeat(50)}b`, `${'a/'.repeat(2000)}c`);
  matchesPath(`${'*a'.repeat(100)}b`, 'a'.repeat(5000));
  expect(performance.now() - started).toBeLessThan(1000);
});

test.each([
  [`key = "AKIA${'A'.repeat(16)}"`, 'an access key of AWS'],
  ['-----BEGIN RSA PRIVATE KEY-----', 'a private key'],
  [`ghp_${'a'.repeat(36)}`, 'a token of GitHub'],
  ['postgres://app:hunter22@db/app', 'a password in an address'],
  ['const key = readKey();', undefined],
  ['https://example.org/a:b@c', undefined],
])('%j has %s', (line, what) => {
  expect(secretIn(line)).toBe(what);
});

test('of a diff only added lines are looked at, each by its place', async () => {
  const token = `ghp_${'b'.repeat(36)}`;
  const diff = [
    'diff --git a/a.txt b/a.txt',
    '--- a/a.txt',
    '+++ b/a.txt',
    '@@ -3,2 +3,3 @@',
    `-old ${token}`,
    '-- a line that looks like a heading',
    '+new',
    '+++ b/other.txt',
    `+${token}`,
    '',
  ].join('\n');
  const chunks = Array.from(Buffer.from(diff), (byte) => Buffer.of(byte));
  expect(await secretsInDiff(Readable.from(chunks), 10)).toEqual([
    { kind: 'secret', path: 'a.txt', line: 5, what: 'a token of GitHub' },
  ]);
});

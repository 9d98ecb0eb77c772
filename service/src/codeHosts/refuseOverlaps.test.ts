import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refuseOverlaps } from './refuseOverlaps.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'flotilla-overlaps-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const refuse = (...names: readonly string[]) =>
  refuseOverlaps(names.map((name) => ({ name: null, folder: `${folder}/${name}` })));

test.each([
  [['a', 'a/'], '/a and /a/ are one folder; name it once'],
  [['a', 'b/../a'], '/a and /b/../a are one folder; name it once'],
  [['nowhere', 'nowhere/'], '/nowhere and /nowhere/ are one folder; name it once'],
  [['a', 'a/team/x'], '/a/team/x lies in /a, so'],
  [['a/team/x', 'a'], '/a/team/x lies in /a, so'],
])('%j are refused also when they are not there', async (names, sentence) => {
  await symlink('/nonexistent/mount', join(folder, 'nowhere'));
  const refused = await refuse(...names).catch(String);
  expect(String(refused).replaceAll(folder, '')).toContain(sentence);
});

test('a folder that is not there is looked for where its parent really is', async () => {
  await mkdir(join(folder, 'real'));
  await symlink('real', join(folder, 'link'));
  await expect(refuse('real', 'link/team')).rejects.toThrow('link/team lies in');
});

test('folders that only begin alike are several, and a link that leads nowhere may lead anywhere', async () => {
  await mkdir(join(folder, 'a'));
  await symlink('/nonexistent/mount', join(folder, 'a/link'));
  await expect(refuse('a', 'ab', 'a/link')).resolves.toBeUndefined();
});

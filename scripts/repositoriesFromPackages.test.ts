import { readdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { git } from '../test/support/repositories.ts';
import { makeRepositoriesFromPackages } from './repositoriesFromPackages.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the same packages give the same repositories each time, large ones and scoped ones among them', async () => {
  const [first, second] = await Promise.all([
    makeRepositoriesFromPackages(join(folder, 'first'), 20),
    makeRepositoriesFromPackages(join(folder, 'second'), 20),
  ]);
  expect(first.map(({ name, commit }) => [name, commit])).toEqual(
    second.map(({ name, commit }) => [name, commit]),
  );
  expect(new Set(first.map(({ name }) => name)).size).toBe(20);
  expect(first.filter(({ files }) => files > 300)).toHaveLength(2);
  expect(first.filter(({ name }) => name.startsWith('@'))).not.toHaveLength(0);
  for (const { gitDir, commit, files } of first) {
    expect(await git(gitDir, ['fsck', '--strict'])).toBe('');
    expect(await git(gitDir, ['rev-parse', 'HEAD'])).toBe(commit);
    expect((await git(gitDir, ['ls-tree', '-r', '-z', '--name-only', 'HEAD'])).match(/\0/g)).toHaveLength(
      files,
    );
  }
  // Forty repositories are thousands of files, written while other tests run.
}, 30_000);

test('asking for more repositories than there are packages makes none', async () => {
  await expect(makeRepositoriesFromPackages(join(folder, 'many'), 10_000)).rejects.toThrow(
    /packages that make a repository; 10000 are asked for/,
  );
  expect(await readdir(folder)).not.toContain('many');
});

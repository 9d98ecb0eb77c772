import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mayHaveGitlinks } from './gitlinks.ts';

const exec = promisify(execFile);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-test-'));
  await exec('git', ['init', '--quiet', folder]);
  for (let length = 1; length <= 17; length++) await writeFile(join(folder, 'x'.repeat(length)), 'text');
  await exec('git', ['-C', folder, 'add', '--all']);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const seen = async () => mayHaveGitlinks(await readFile(join(folder, '.git', 'index')));

test('an index of files and paths of any length has no submodule', async () => {
  expect(await seen()).toBe(false);
});

test('a submodule is seen wherever it stands in an index', async () => {
  const link = `160000,${'1'.repeat(40)},z-last`;
  await exec('git', ['-C', folder, 'update-index', '--add', '--cacheinfo', link]);
  expect(await seen()).toBe(true);
});

test('an index of a version that is not known may have one', async () => {
  await exec('git', ['-C', folder, 'update-index', '--index-version', '4']);
  expect(await seen()).toBe(true);
});

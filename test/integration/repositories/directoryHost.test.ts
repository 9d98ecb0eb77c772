import { createHash } from 'node:crypto';
import {
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusalOfCall } from '../../support/refusal.ts';
import { commitFiles, git, makeRepositories, makeRepository } from '../../support/repositories.ts';
import { testService } from '../../support/testService.ts';

const files = { 'README.md': 'An example.\n' };

/** Every path below a folder with kind, mode, time and contents: equal means that nobody wrote there. */
async function fingerprintOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.sort((a, b) =>
    join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
  )) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) hash.update(`${path} -> ${await readlink(path)}\n`);
    else {
      const { mode, mtimeMs } = await stat(path);
      hash.update(`${path} ${mode} ${mtimeMs}\n`);
      if (entry.isFile()) hash.update(await readFile(path));
    }
  }
  return hash.digest('hex');
}

test('repositories are found three levels deep, bare or not, and known by their path', async () => {
  await using flotilla = await testService({
    repositories: async (folder) => {
      await makeRepository(join(folder, 'plain'), { files });
      await makeRepository(join(folder, 'team/web'), { files, branch: 'trunk' });
      await makeRepository(join(folder, 'org/group/deep'), { files });
      await makeRepository(join(folder, 'org/group/sub/too-deep'), { files });
      // Inside a work tree nothing is looked for.
      await makeRepository(join(folder, 'plain/vendor/inner'), { files });
      await mkdir(join(folder, 'team/no-repository'));
      await symlink(join(folder, 'plain'), join(folder, 'team/link'));
      await git(folder, ['clone', '--quiet', '--bare', 'plain', 'team/bare.git']);
    },
  });
  const repositories = await flotilla.api.repositories.list.query();
  expect(repositories.map(({ name, defaultBranch, reason }) => [name, defaultBranch, reason])).toEqual([
    ['org/group/deep', 'refs/heads/main', null],
    ['plain', 'refs/heads/main', null],
    ['team/bare', 'refs/heads/main', null],
    ['team/web', 'refs/heads/trunk', null],
  ]);
});

test("the default branch is the configured one, else origin's, else HEAD", async () => {
  let upstream = '';
  await using flotilla = await testService({
    repositories: async (folder) => {
      await makeRepository(join(folder, 'head'), { files });
      const origin = await makeRepository(join(folder, 'origin'), { files, branch: 'trunk' });
      await git(folder, ['clone', '--quiet', 'origin', 'clone']);
      await git(join(folder, 'clone'), ['checkout', '--quiet', '-b', 'topic']);
      upstream = await commitFiles(join(folder, 'clone'), { topic: 'x' }, 'Topic');
      expect(upstream).not.toBe(origin.commit);
      await makeRepository(join(folder, 'configured'), { files });
      await git(join(folder, 'configured'), ['branch', 'release']);
      await git(join(folder, 'configured'), ['config', 'flotilla.defaultBranch', 'release']);
    },
  });
  const repositories = await flotilla.api.repositories.list.query();
  expect(Object.fromEntries(repositories.map(({ name, defaultBranch }) => [name, defaultBranch]))).toEqual({
    clone: 'refs/heads/trunk',
    configured: 'refs/heads/release',
    head: 'refs/heads/main',
    origin: 'refs/heads/trunk',
  });
});

test('a repository on which no Job can run is listed with the reason', async () => {
  await using flotilla = await testService({
    repositories: async (folder) => {
      await mkdir(join(folder, 'empty'));
      await git(join(folder, 'empty'), ['init', '--quiet']);
      const detached = await makeRepository(join(folder, 'detached'), { files });
      await git(detached.folder, ['checkout', '--quiet', '--detach']);
      const broken = await makeRepository(join(folder, 'broken'), { files });
      await writeFile(join(broken.folder, '.git/HEAD'), 'nonsense');
    },
  });
  const repositories = await flotilla.api.repositories.list.query();
  expect(repositories.map(({ name, headCommit, reason }) => [name, headCommit, reason])).toEqual([
    ['broken', null, expect.stringMatching(/^it cannot be read: /)],
    [
      'detached',
      null,
      'it has no default branch: HEAD names no branch that exists. Check out a branch, or set one with `git config flotilla.defaultBranch NAME`',
    ],
    ['empty', null, 'it is empty: it has no branch yet'],
  ]);
});

test('the reason of a repository is the one of now, also where nothing is to be fetched', async () => {
  await using flotilla = await testService({
    repositories: (folder) => makeRepositories(folder, ['one']),
  });
  const { api, repositoriesFolder } = flotilla;
  const head = join(repositoriesFolder, 'one/.git/HEAD');
  const sync = async () => {
    const { changed } = await api.repositories.sync.mutate();
    return { changed, reason: (await api.repositories.list.query())[0]?.reason };
  };
  const odd = 'it cannot be read: its HEAD names neither a branch nor a commit';
  const none = 'it cannot be read: it has no HEAD';
  await writeFile(head, 'nonsense');
  expect(await sync()).toEqual({ changed: 1, reason: odd });
  await rm(head);
  expect(await sync()).toEqual({ changed: 1, reason: none });
  expect(await sync()).toEqual({ changed: 0, reason: none });
  await writeFile(head, 'ref: refs/heads/main\n');
  expect(await sync()).toEqual({ changed: 1, reason: null });
});

test('the folder of repositories is never written to', async () => {
  let before = '';
  await using flotilla = await testService({
    repositories: async (folder) => {
      await makeRepository(join(folder, 'plain'), { files });
      await git(folder, ['clone', '--quiet', '--bare', 'plain', 'bare.git']);
      before = await fingerprintOf(folder);
    },
  });
  await flotilla.api.scopes.preview.query({ query: 'file:README An' });
  await flotilla.api.repositories.sync.mutate();
  expect(await fingerprintOf(flotilla.repositoriesFolder)).toBe(before);
});

test('a scan takes what is new, what moved and what is gone', async () => {
  await using flotilla = await testService({
    repositories: async (folder) => {
      await makeRepository(join(folder, 'moving'), { files });
      await makeRepository(join(folder, 'staying'), { files });
    },
  });
  const { api, repositoriesFolder: folder } = flotilla;
  expect(await api.repositories.sync.mutate()).toMatchObject({ repositories: 2, changed: 0 });
  const moved = await commitFiles(join(folder, 'moving'), { more: 'x' }, 'More');
  await makeRepository(join(folder, 'new'), { files });
  expect(await api.repositories.sync.mutate()).toMatchObject({ repositories: 3, changed: 2 });
  const heads = async () =>
    Object.fromEntries(
      (await api.repositories.list.query()).map(({ name, headCommit }) => [name, headCommit]),
    );
  expect(await heads()).toMatchObject({ moving: moved, new: expect.any(String) });
  await git(folder, ['clone', '--quiet', 'moving', 'renamed']);
  await rm(join(folder, 'moving'), { recursive: true });
  await api.repositories.sync.mutate();
  expect(Object.keys(await heads())).toEqual(['new', 'renamed', 'staying']);
});

test('what a folder had that has nothing in it, as one that is not mounted, stays with the reason until it is seen again, or the folder has something else', async () => {
  await using flotilla = await testService({
    repositories: (folder) => makeRepositories(folder, ['one', 'two']),
  });
  const { api, repositoriesFolder: folder } = flotilla;
  const before = await api.repositories.list.query();
  await rename(folder, `${folder}-unmounted`);
  await mkdir(folder);
  await api.repositories.sync.mutate();
  const why = `nothing is in ${folder}. Mount what belongs there, or put any file into it where there is no repository any more`;
  const reason = `it cannot be looked at: ${why}`;
  expect(await api.repositories.list.query()).toEqual(before.map((one) => ({ ...one, reason })));
  const fetching = api.repositories.fetch.mutate({ repositoryId: before[0]?.id ?? 0 });
  expect(await refusalOfCall(fetching)).toMatchObject({
    flotilla: 'unavailable',
    message: `The code host repositories cannot be reached: ${why}.`,
  });
  await rmdir(folder);
  await rename(`${folder}-unmounted`, folder);
  await api.repositories.sync.mutate();
  expect(await api.repositories.list.query()).toEqual(before);

  for (const { name } of before) await rm(join(folder, name), { recursive: true });
  await api.repositories.sync.mutate();
  expect(await api.repositories.list.query()).toMatchObject([{ reason }, { reason }]);
  await writeFile(join(folder, 'README'), 'Nothing is left here.\n');
  await api.repositories.sync.mutate();
  expect(await api.repositories.list.query()).toEqual([]);
});

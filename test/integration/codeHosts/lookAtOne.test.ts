import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import { expect, test } from 'vitest';
import type { CodeHost } from '../../../service/src/codeHosts/codeHost.ts';
import { findRepositories } from '../../../service/src/codeHosts/directory/findRepositories.ts';
import { codeHostKinds } from '../../../service/src/codeHosts/kinds.ts';
import { commitFiles, git, makeRepository } from '../../support/repositories.ts';
import { noCredential } from '../../support/scriptedHost.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const files = { 'README.md': 'An example.\n' };

/** A folder with repositories in all the places in which some are found, and some are not. */
async function makeFolder(folder: string): Promise<CodeHost> {
  await makeRepository(join(folder, 'plain'), { files });
  await makeRepository(join(folder, 'org/group/deep'), { files, branch: 'trunk' });
  await makeRepository(join(folder, 'org/group/sub/too-deep'), { files });
  await makeRepository(join(folder, 'plain/vendor/inner'), { files });
  await makeRepository(join(folder, `long-${'x'.repeat(248)}`), { files });
  const bare = (name: string) => git(folder, ['clone', '--quiet', '--bare', 'plain', name]);
  for (const name of ['plain.git', 'plain.git.git', 'bare.git', 'twice.git.git', 'org/group.git'])
    await bare(name);
  await mkdir(join(folder, 'empty'));
  await git(join(folder, 'empty'), ['init', '--quiet']);
  await mkdir(join(folder, 'broken/.git'), { recursive: true });
  await writeFile(join(folder, 'broken/.git/HEAD'), 'nonsense');
  await mkdir(join(folder, 'no-repository'));
  await symlink(join(folder, 'plain'), join(folder, 'link'));
  await symlink(join(folder, 'org'), join(folder, 'linked'));
  const directory = codeHostKinds['directory'];
  if (directory === undefined) throw new Error('there is no kind of that name');
  return directory.open(folder, {}, noCredential);
}

test('a repository that is looked at alone is what the list of all says of it', async () => {
  await using folder = await temporaryFolder();
  const host = await makeFolder(folder.path);
  const { repositories: listed } = await host.list();
  expect(listed.map(({ name }) => name)).toEqual(
    [
      'bare',
      'broken',
      'empty',
      `long-${'x'.repeat(248)}`,
      'org/group',
      'org/group/deep',
      'plain',
      'plain.git',
      'plain.git.git',
      'twice.git',
    ].toSorted(),
  );
  for (const repository of listed) expect(await host.look(repository)).toEqual(repository);
});

/** Names that a row could have, or be made to have, and that lead nowhere. */
const noNames = [
  '',
  '.',
  '..',
  '.git',
  'plain/.git',
  'plain/vendor/inner',
  'org',
  'org/group/sub/too-deep',
  'org/../plain',
  'org//group',
  '/plain',
  'no-repository',
  'link',
  'linked/group/deep',
  'bare.git',
  'plain.git.git.git',
  'x'.repeat(5000),
  `../${'x'.repeat(300)}`,
];

test('what the list does not name is not found, and cannot be fetched', async () => {
  await using folder = await temporaryFolder();
  const host = await makeFolder(join(folder.path, 'served'));
  await makeRepository(join(folder.path, 'outside'), { files });
  const found: unknown[] = [];
  for (const name of ['../outside', ...noNames]) {
    const repository = { externalId: null, name };
    const said = await host.access(repository, 'fetch').catch(messageOf);
    if ((await host.look(repository)) !== undefined || said !== 'it is there no more') found.push(name);
  }
  expect(found).toEqual([]);
});

test('a fingerprint changes when a branch moves, and only then', async () => {
  await using folder = await temporaryFolder();
  const host = await makeFolder(folder.path);
  const look = () => host.look({ externalId: null, name: 'plain' });
  const before = await look();
  await writeFile(join(folder.path, 'plain/untracked'), 'x');
  await git(join(folder.path, 'plain'), ['tag', 'v1']);
  expect(await look()).toEqual(before);
  const moved = await commitFiles(join(folder.path, 'plain'), { more: 'x' }, 'More');
  expect(await look()).toMatchObject({ headCommit: moved });
  expect((await look())?.fingerprint).not.toBe(before?.fingerprint);
  await rm(join(folder.path, 'plain'), { recursive: true });
  // Its name is now that of the bare one beside it.
  expect(await look()).toMatchObject({ name: 'plain', headCommit: before?.headCommit });
});

test('a folder that may not be read is said not to have been seen, and all others are listed', async () => {
  await using folder = await temporaryFolder();
  await chmod(folder.path, 0o755);
  for (const name of ['team/web', 'team/api', 'other'])
    await makeRepository(join(folder.path, name), { files });
  await chmod(join(folder.path, 'team'), 0);
  const { found, unseen } = await asNobody(() => findRepositories(folder.path));
  expect(found.map(({ name }) => name)).toEqual(['other']);
  const reason = `it cannot be looked at: the user that the service runs as may not read ${join(folder.path, 'team')}`;
  expect(unseen).toEqual([{ place: 'team', reason }]);
});

/** Does something as a user who is not root, who could read everything. */
async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  const self = process.geteuid?.();
  if (self === 0) process.seteuid?.(65_534);
  try {
    return await act();
  } finally {
    if (self === 0) process.seteuid?.(0);
  }
}

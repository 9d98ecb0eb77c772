import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensurePrivateFolder } from './privateFolder.ts';

let parent: string;
let folder: string;
const ensure = () => ensurePrivateFolder({ folder, setting: 'FLOTILLA_DATA' });
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'flotilla-test-'));
  folder = join(parent, 'folder');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

test('a folder that is not there is made for its owner alone, the way to it as usual', async () => {
  folder = join(parent, 'some', 'way', 'folder');
  await ensure();
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(parent, 'some'))).mode & 0o777).toBe(0o777 & ~process.umask());
  // Once more, on what is there.
  await ensure();
});

test.each([0o755, 0o750, 0o701, 0o710, 0o1777, 0o2755, 0o705])(
  'a folder of mode %o is refused and stays as it is',
  async (mode) => {
    await mkdir(folder);
    await chmod(folder, mode);
    await expect(ensure()).rejects.toThrow(
      `${folder} is open to other users of this machine (its mode is ${mode.toString(8)}), and what is kept in it is not for them. Run chmod 700 ${folder}, or name another folder in FLOTILLA_DATA.`,
    );
    expect((await stat(folder)).mode & 0o7777).toBe(mode);
  },
);

test.runIf(process.getuid?.() === 0)('a folder of another user is refused, also by a link', async () => {
  await mkdir(folder, { mode: 0o700 });
  await chown(folder, 12_345, 0);
  const sentence = (path: string) =>
    `${path} belongs to user 12345, who could read and change what is kept in it. Give it to user 0 (chown -R 0 ${path}), or name another folder in FLOTILLA_DATA.`;
  await expect(ensure()).rejects.toThrow(sentence(folder));
  const link = join(parent, 'link');
  await symlink(folder, link);
  await expect(ensurePrivateFolder({ folder: link, setting: 'FLOTILLA_DATA' })).rejects.toThrow(
    sentence(link),
  );
});

test('a file in its place is named', async () => {
  await writeFile(folder, '');
  await expect(ensure()).rejects.toThrow(`${folder} is not a folder. Name another one in FLOTILLA_DATA.`);
});

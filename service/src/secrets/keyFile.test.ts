import { execFileSync } from 'node:child_process';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeKeyFile, readKeyFile } from './keyFile.ts';
import { parseSecretKeys } from './secretKeys.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-keys-'));
  path = join(folder, 'secret.key');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = async (mode: number, text = 'a key') => {
  await writeFile(path, text);
  await chmod(path, mode);
};

test('a file that is not there is none', async () => {
  expect(await readKeyFile(path)).toBeUndefined();
});

test.each([0o600, 0o400])('a file of mode %o is read', async (mode) => {
  await write(mode);
  expect(await readKeyFile(path)).toBe('a key');
});

test('a link to such a file is read: volumes are mounted so', async () => {
  await write(0o400);
  await symlink('secret.key', join(folder, 'link'));
  expect(await readKeyFile(join(folder, 'link'))).toBe('a key');
});

test.each([0o604, 0o644, 0o610, 0o602, 0o660, 0o777])(
  'a file of mode %o is refused with what mends it',
  async (mode) => {
    await write(mode);
    await expect(readKeyFile(path)).rejects.toThrow(
      `The key file ${path} is open to others of this machine (its mode is ${mode.toString(8)}): run chmod 600 ${path}.`,
    );
  },
);

test.runIf(process.getuid?.() === 0)(
  'a file of root that a group may read is read by who is in that group, and by no other',
  async () => {
    await write(0o440);
    await chown(path, 0, process.getgroups?.()[0] ?? 0);
    expect(await readKeyFile(path)).toBe('a key');
    await chown(path, 0, 65_534);
    await expect(readKeyFile(path)).rejects.toThrow('is open to others of this machine (its mode is 440)');
  },
);

test.runIf(process.getuid?.() !== 0)('a file of its own that a group may read is refused', async () => {
  await write(0o640);
  await expect(readKeyFile(path)).rejects.toThrow('is open to others of this machine (its mode is 640)');
});

test.runIf(process.getuid?.() === 0)('a file of another user is refused', async () => {
  await write(0o600);
  await chown(path, 65_534, 65_534);
  await expect(readKeyFile(path)).rejects.toThrow(
    `The key file ${path} belongs to user 65534, who could change it`,
  );
});

test('a folder, a pipe that nobody writes to, and a file of 1 MB are refused', async () => {
  await mkdir(path, { mode: 0o700 });
  await expect(readKeyFile(path)).rejects.toThrow('is no file');
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', ['-m', '600', pipe]);
  await expect(readKeyFile(pipe)).rejects.toThrow('is no file');
  await rm(path, { recursive: true });
  await write(0o600, 'a'.repeat(1024 * 1024));
  await expect(readKeyFile(path)).rejects.toThrow('has 1048576 bytes: that is no list of keys.');
});

test('a new file has one key, and is its owner’s alone, whatever the umask', async () => {
  const before = process.umask(0);
  try {
    await makeKeyFile(path);
  } finally {
    process.umask(before);
  }
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(parseSecretKeys((await readKeyFile(path)) ?? '', path)).toHaveLength(1);
});

test('whoever makes it at the same time gets the same one, and nothing else is left', async () => {
  await Promise.all(Array.from({ length: 8 }, () => makeKeyFile(path)));
  const made = await readFile(path, 'utf8');
  await makeKeyFile(path);
  expect(await readFile(path, 'utf8')).toBe(made);
  expect(await readdir(folder)).toEqual(['secret.key']);
});

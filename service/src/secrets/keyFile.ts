import { randomBytes, randomUUID } from 'node:crypto';
import { constants, link, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SecretError } from './secretError.ts';
import { keyBytes } from './secretKeys.ts';

/** Larger files are no keys. */
const mostBytes = 16 * 1024;
const groupRead = 0o040;
const othersBits = 0o077;

/**
 * The text of a file of keys; undefined when there is none. Throws a SecretError when others of this machine may read or
 * change it. A file of root may be read by a group that this process is in: so an orchestrator hands a secret to a container
 * (the `fsGroup` of Kubernetes).
 */
export async function readKeyFile(path: string): Promise<string | undefined> {
  let handle;
  try {
    // Without waiting: it may be a pipe that nobody writes to.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new SecretError(
      `The key file ${path} cannot be read (${codeOf(error) ?? 'for no known reason'}).`,
      {
        cause: error,
      },
    );
  }
  await using file = handle;
  const { mode, size, uid, gid } = await file.stat();
  if ((mode & constants.S_IFMT) !== constants.S_IFREG)
    throw new SecretError(`The key file ${path} is no file.`);
  const self = process.getuid?.();
  if (self !== undefined && uid !== self && uid !== 0)
    throw new SecretError(
      `The key file ${path} belongs to user ${uid}, who could change it: give it to user ${self} (chown ${self} ${path}).`,
    );
  const isHandedOut = uid === 0 && process.getgroups?.().includes(gid) === true;
  if (self !== undefined && (mode & othersBits & ~(isHandedOut ? groupRead : 0)) !== 0)
    throw new SecretError(
      `The key file ${path} is open to others of this machine (its mode is ${(mode & 0o7777).toString(8)}): run chmod 600 ${path}.`,
    );
  if (size > mostBytes)
    throw new SecretError(`The key file ${path} has ${size} bytes: that is no list of keys.`);
  return file.readFile('utf8');
}

/** Makes a file with a new key. One that is there stays, also when several make it at the same time. */
export async function makeKeyFile(path: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    {
      await using file = await open(draft, 'wx', 0o600);
      await file.writeFile(`${randomBytes(keyBytes).toString('base64')}\n`);
      await file.sync();
    }
    // Whole or not at all, and only where there is none: a rename would replace it.
    await link(draft, path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  } finally {
    await unlink(draft).catch(() => undefined);
  }
  await using folder = await open(dirname(path), constants.O_RDONLY);
  await folder.sync();
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

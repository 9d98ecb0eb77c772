import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { ownUser } from '../../ownUser.ts';
import { removeTree } from '../../trees/removeTree.ts';
import type { RootHelper } from '../container/rootHelper.ts';
import { unmount } from '../disk/loopDisk.ts';
import { removeAsRoot } from './takeBack.ts';

/** Where a runner keeps one folder per Attempt, named by its id. */
export function attemptsFolder(stateFolder: string): string {
  return join(stateFolder, 'attempts');
}

/** The part of an Attempt's folder that its containers see. */
export function workFolder(attemptFolder: string): string {
  return join(attemptFolder, 'work');
}

/** What outlives the process that runs an Attempt, in its folder: its log, and what it takes to go on with it. */
const spoolFolder = 'spool';

/** The log of an Attempt on this machine. */
export function spoolPath(attemptFolder: string): string {
  return join(attemptFolder, spoolFolder, 'log');
}

/** Makes the folder of an Attempt, and in it that of its spool. */
export async function makeSpoolFolder(attemptFolder: string): Promise<void> {
  await mkdir(join(attemptFolder, spoolFolder), { recursive: true, mode: 0o700 });
}

/** Removes what is in an Attempt's folder but for its spool. */
export async function emptyAttemptFolder(attemptFolder: string): Promise<void> {
  await mkdir(attemptFolder, { recursive: true, mode: 0o700 });
  await unmount(workFolder(attemptFolder));
  for (const name of await readdir(attemptFolder)) {
    if (name !== spoolFolder) await removeTree(join(attemptFolder, name));
  }
}

/** Notes an image of an Attempt beside its work tree, for whoever has to take its files back later. */
export async function noteImage(attemptFolder: string, image: string): Promise<void> {
  await writeFile(join(attemptFolder, 'image'), image);
}

/** Removes an Attempt's folder, whoever its files belong to. */
export async function removeAttemptFolder(
  docker: Docker,
  attemptFolder: string,
  helper: Pick<RootHelper, 'config' | 'labels'>,
): Promise<void> {
  const folder = workFolder(attemptFolder);
  try {
    await unmount(folder);
    // Before the note of the image, which it may need.
    await removeTree(folder);
  } catch (error) {
    const image = ownUser().uid === 0 ? undefined : await notedImage(attemptFolder);
    if (image === undefined) throw error;
    await removeAsRoot(docker, folder, { image, ...helper });
  }
  await removeTree(attemptFolder);
}

/** An image of an Attempt, or of a folder that Steps keep, as it was noted; undefined when none was. */
export async function notedImage(attemptFolder: string): Promise<string | undefined> {
  return unlessMissing(readFile(join(attemptFolder, 'image'), 'utf8'));
}

async function unlessMissing<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

import { opendir } from 'node:fs/promises';
import type { HostedRepository } from '../codeHost.ts';
import { describeRepository } from './describeRepository.ts';
import { findRepository } from './findRepository.ts';
import { folderTrouble } from './folderTrouble.ts';
import { Unreadable } from './unreadable.ts';

/** One repository of the folder; undefined when there is none of this name. Throws when the folder is away with all that it has. */
export async function look(
  folder: string,
  name: string,
  signal?: AbortSignal,
): Promise<HostedRepository | undefined> {
  const found = await findRepository(folder, name);
  if (found !== undefined) return describeRepository(found, folder, signal);
  await requireFolder(folder);
  return undefined;
}

async function requireFolder(folder: string): Promise<void> {
  try {
    await (await opendir(folder)).close();
  } catch (error) {
    throw new Unreadable(folderTrouble(error, folder));
  }
}

import { opendir } from 'node:fs/promises';
import type { HostedRepository } from '../codeHost.ts';
import { describeRepository } from './describeRepository.ts';
import { findRepository } from './findRepository.ts';
import { emptyFolder, folderTrouble } from './folderTrouble.ts';
import { inPlace } from './inPlace.ts';
import { Unreadable } from './unreadable.ts';

/** One repository of the folder; undefined when there is none of this name. Throws when the folder is away with all that it has. */
export function look(
  folder: string,
  name: string,
  signal?: AbortSignal,
): Promise<HostedRepository | undefined> {
  return inPlace(folder, async () => {
    const found = await findRepository(folder, name);
    if (found !== undefined) return describeRepository(found, folder, signal);
    await requireContents(folder);
    return undefined;
  });
}

async function requireContents(folder: string): Promise<void> {
  try {
    await using entries = await opendir(folder);
    if ((await entries.read()) !== null) return;
  } catch (error) {
    throw new Unreadable(folderTrouble(error, folder));
  }
  throw new Unreadable(emptyFolder(folder));
}

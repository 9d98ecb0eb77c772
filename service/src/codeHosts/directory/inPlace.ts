import { stat } from 'node:fs/promises';
import { folderTrouble } from './folderTrouble.ts';
import { Unreadable } from './unreadable.ts';

/**
 * What `look` finds in a folder. Throws {@link Unreadable} when the folder is not there, has gone meanwhile, or is another one by
 * then, as when its file system was unmounted: what was not found may well be there.
 */
export async function inPlace<T>(folder: string, look: () => Promise<T>): Promise<T> {
  const before = await identityOf(folder);
  const found = await look();
  if ((await identityOf(folder)) === before) return found;
  throw new Unreadable(`another folder took the place of ${folder} while it was looked at`);
}

async function identityOf(folder: string): Promise<string> {
  try {
    const { dev, ino } = await stat(folder, { bigint: true });
    return `${dev} ${ino}`;
  } catch (error) {
    throw new Unreadable(folderTrouble(error, folder));
  }
}

import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { unlessAborted } from '../unlessAborted.ts';
import type { NamedFolder } from './namedFolders.ts';

/** How long a file system may take to say where a folder really is. */
const lookMs = 5000;

/**
 * Throws an Error of one sentence when two folders are one, or one lies in the other, also by symbolic links: their
 * repositories would be there twice. A folder that is not there, or gives no answer, is a host that is away.
 */
export async function refuseOverlaps(folders: readonly NamedFolder[]): Promise<void> {
  const places = await Promise.all(
    folders.map(async ({ folder }) => ({ folder, place: await placeOf(folder) })),
  );
  for (const [index, outer] of places.entries()) {
    for (const [other, inner] of places.entries()) {
      if (index === other || outer.place === undefined || inner.place === undefined) continue;
      if (outer.place === inner.place)
        throw new Error(
          `FLOTILLA_REPOSITORIES: ${outer.folder} and ${inner.folder} are one folder; name it once.`,
        );
      if (inner.place.startsWith(outer.place.endsWith(sep) ? outer.place : outer.place + sep))
        throw new Error(
          `FLOTILLA_REPOSITORIES: ${inner.folder} lies in ${outer.folder}, so its repositories would be there twice; name one of the two.`,
        );
    }
  }
}

async function placeOf(folder: string): Promise<string | undefined> {
  return unlessAborted(realpath(folder), AbortSignal.timeout(lookMs)).catch(() => undefined);
}

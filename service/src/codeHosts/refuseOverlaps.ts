import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { unlessAborted } from '../unlessAborted.ts';
import type { NamedFolder } from './namedFolders.ts';

/** How long a file system may take to say where a folder really is. */
const lookMs = 5000;

/**
 * Throws an Error of one sentence when two folders are one, or one lies in the other, also by symbolic links: their
 * repositories would be there twice. A folder that is not there is where it would be made; one whose link leads nowhere, or that
 * gives no answer, may be anywhere: its host is away.
 */
export async function refuseOverlaps(folders: readonly NamedFolder[]): Promise<void> {
  const places = await Promise.all(
    folders.map(async ({ folder }) => {
      const path = resolve(folder);
      const place = unlessAborted(placeOf(path), AbortSignal.timeout(lookMs)).catch(() => undefined);
      return { folder, path, place: await place };
    }),
  );
  for (const [index, outer] of places.entries()) {
    for (const [other, inner] of places.entries()) {
      if (index === other) continue;
      if (outer.path === inner.path || (outer.place !== undefined && outer.place === inner.place))
        throw new Error(
          `FLOTILLA_REPOSITORIES: ${outer.folder} and ${inner.folder} are one folder; name it once.`,
        );
      if (outer.place === undefined || inner.place === undefined) continue;
      if (inner.place.startsWith(outer.place.endsWith(sep) ? outer.place : outer.place + sep))
        throw new Error(
          `FLOTILLA_REPOSITORIES: ${inner.folder} lies in ${outer.folder}, so its repositories would be there twice; name one of the two.`,
        );
    }
  }
}

/** Where a path really leads, or would when its last parts were made; undefined when that cannot be known. */
async function placeOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isAbsence(error) || (await isThere(path))) return undefined;
    const parent = await placeOf(dirname(path));
    return parent === undefined ? undefined : join(parent, basename(path));
  }
}

/** Whether something is at a path, be it a link that leads nowhere. */
async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

import { realpath } from 'node:fs/promises';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { readPlainFile, requirePlainFolder, requirePlainTree } from './plainFiles.ts';
import { Unreadable } from './unreadable.ts';

/** git itself follows alternates no further. */
const maxAlternates = 5;
const maxAlternatesBytes = 64 * 1024;
/** Files and folders: git opens each pack at once, and makes one of thousands of loose objects. */
const maxEntries = { packs: 50_000, objects: 5_000_000 };

/**
 * Refuses objects that would make git wait, or read what does not belong to the folder of repositories: `alternates` may name
 * any folder, and the commits there would be everybody's. With `all` each object is looked at, which a fetch will open.
 */
export async function requirePlainObjects(
  gitDir: string,
  folder: string,
  { all }: { readonly all: boolean },
): Promise<void> {
  if (!(await requirePlainFolder(gitDir, 'objects'))) throw new Unreadable('it has no folder of objects');
  const root = await realpath(folder);
  const seen = new Set<string>();
  const look = async (objects: string, name: string): Promise<void> => {
    if (seen.has(objects)) return;
    seen.add(objects);
    if (seen.size > maxAlternates) throw new Unreadable('its alternates are more than five');
    const parent = join(objects, '..');
    for (const below of ['/pack', '/info'])
      await requirePlainTree(parent, `${name}${below}`, { depth: 3, entries: maxEntries.packs });
    if (all) await requirePlainTree(parent, name, { depth: 3, entries: maxEntries.objects });
    const alternates = (await readPlainFile(objects, 'info/alternates', maxAlternatesBytes)) ?? '';
    for (const line of alternates.split('\n')) {
      if (line !== '' && !line.startsWith('#')) await look(await inside(root, objects, line), 'objects');
    }
  };
  await look(join(gitDir, 'objects'), 'objects');
}

async function inside(root: string, objects: string, line: string): Promise<string> {
  const path = await realpath(isAbsolute(line) ? line : resolve(objects, line)).catch(() => undefined);
  if (path !== undefined && path.startsWith(root + sep) && path.endsWith(`${sep}objects`)) return path;
  throw new Unreadable(
    'its objects/info/alternates leads out of the folder of repositories. Run `git repack -a -d` in it, and remove that file',
  );
}

import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readPlainFile, statIfThere } from './plainFiles.ts';

/** Bytes of a HEAD, and of the file that says where a work tree is. */
const maxBytes = 4096;
/** Work trees of one repository that are looked at. */
const maxWorkTrees = 1000;

/** Where a branch is checked out: the folder of a work tree, or what people call it; undefined when nowhere. */
export async function checkedOutAt(gitDir: string, branch: string): Promise<string | undefined> {
  const isBare = !gitDir.endsWith('/.git');
  // In a bare repository HEAD only names the default branch.
  if (!isBare && (await isAt(gitDir, branch))) return dirname(gitDir);
  const folder = join(gitDir, 'worktrees');
  if ((await statIfThere(folder))?.isDirectory() !== true) return undefined;
  for (const name of (await readdir(folder)).slice(0, maxWorkTrees)) {
    const workTree = join(folder, name);
    if ((await statIfThere(workTree))?.isDirectory() !== true) continue;
    if (!(await isAt(workTree, branch))) continue;
    const place = await readPlainFile(workTree, 'gitdir', maxBytes);
    return place === undefined ? `its work tree ${name}` : dirname(place.trim());
  }
  return undefined;
}

async function isAt(folder: string, branch: string): Promise<boolean> {
  return (await readPlainFile(folder, 'HEAD', maxBytes))?.trim() === `ref: ${branch}`;
}

import { join } from 'node:path';
import { maxDepth, type FoundRepository } from './findRepositories.ts';
import { statIfThere } from './plainFiles.ts';

/**
 * The repository of a folder that findRepositories gives this name, without looking at any other: through folders that are
 * none themselves, and never through a symbolic link. Undefined when there is none.
 */
export async function findRepository(folder: string, name: string): Promise<FoundRepository | undefined> {
  for (const below of [name, `${name}.git`]) {
    const gitDir = await gitDirBelow(folder, below);
    if (gitDir !== undefined && (await nameOf(folder, below)) === name) return { name, gitDir };
  }
  return undefined;
}

/** What findRepositories calls the repository at this place: without `.git`, unless another one is called that. */
async function nameOf(folder: string, below: string): Promise<string> {
  const short = below.replace(/\.git$/, '');
  if (short === below || (await gitDirBelow(folder, short)) === undefined) return short;
  return (await nameOf(folder, short)) === short ? below : short;
}

/** The git directory of the repository at a place, where findRepositories would look. */
async function gitDirBelow(folder: string, below: string): Promise<string | undefined> {
  const parts = below.split('/');
  if (parts.length > maxDepth || parts.some((part) => ['', '.', '..', '.git'].includes(part)))
    return undefined;
  let path = folder;
  for (const [index, part] of parts.entries()) {
    path = join(path, part);
    if ((await statIfThere(path))?.isDirectory() !== true) return undefined;
    const gitDir = await gitDirAt(path);
    const isLast = index === parts.length - 1;
    if (isLast) return gitDir;
    if (gitDir !== undefined) return undefined;
  }
  return undefined;
}

/** As gitDirOf of findRepositories says it of the entries of a folder. */
async function gitDirAt(path: string): Promise<string | undefined> {
  const isFolder = async (name: string) => (await statIfThere(join(path, name)))?.isDirectory() === true;
  if (await isFolder('.git')) return join(path, '.git');
  const hasHead = (await statIfThere(join(path, 'HEAD')))?.isFile() === true;
  return hasHead && (await isFolder('objects')) && (await isFolder('refs')) ? path : undefined;
}

import { run } from '@flotilla/launcher/run';

/**
 * Removes a file or a folder with all below it, where a container may have written; nothing is nothing to do. Done by rm,
 * which goes from folder to folder by their handles: no path is too long for it, and what is put in a folder's place
 * meanwhile, such as a link, leads it nowhere else. Throws an Error with what rm said.
 */
export async function removeTree(path: string): Promise<void> {
  const { exitCode, stderr } = await run('rm', ['-r', '-f', '--one-file-system', '--', path]);
  if (exitCode === 0) return;
  const said = stderr.trim().split('\n').at(-1) ?? '';
  throw new Error(`${path} could not be removed: ${said.slice(0, 500)}`);
}

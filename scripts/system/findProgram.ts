import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Where system programs are that a user's PATH may leave out. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The path of the first of these programs that this machine has. */
export async function findProgram(...names: readonly string[]): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...systemFolders];
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (await isExecutable(path)) return path;
    }
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not ours to run: both mean "look further".
    return false;
  }
}

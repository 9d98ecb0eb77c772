import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What `git init --bare` would make, less what nobody reads: a process spared. Objects may be another's besides. */
export async function makeBareRepository(path: string, alternates?: string): Promise<void> {
  await mkdir(join(path, 'objects', 'info'), { recursive: true });
  await mkdir(join(path, 'refs'), { recursive: true });
  await writeFile(join(path, 'HEAD'), 'ref: refs/heads/none\n');
  await writeFile(join(path, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
  if (alternates !== undefined)
    await writeFile(join(path, 'objects', 'info', 'alternates'), `${alternates}\n`);
}

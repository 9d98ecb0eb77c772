import { link, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Mirrors } from '../../service/src/repositories/mirrors.ts';
import { git, makeRepository } from '../../test/support/repositories.ts';

/**
 * Gives repositories real mirrors with one small commit: git makes the first one, the others are hard links of its
 * files, which git never changes in place. Returns the commit.
 */
export async function makeMirrors(mirrors: Mirrors, repositoryIds: readonly number[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-bench-mirror-'));
  try {
    const { commit } = await makeRepository(join(folder, 'work'), {
      files: { 'README.md': 'An example.\n' },
    });
    const [first] = repositoryIds;
    if (first === undefined) throw new Error('no mirrors were asked for');
    const made = mirrors.pathOf(first);
    await git(folder, ['clone', '--quiet', '--bare', '--template=', 'work', made]);
    await git(made, ['gc', '--quiet']);
    const files = (await readdir(made, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(made.length + 1));
    for (const id of repositoryIds.slice(1)) {
      const path = mirrors.pathOf(id);
      for (const each of new Set(files.map((file) => dirname(join(path, file))))) {
        await mkdir(each, { recursive: true });
      }
      await mkdir(join(path, 'refs'), { recursive: true });
      await Promise.all(files.map((file) => link(join(made, file), join(path, file))));
    }
    return commit;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

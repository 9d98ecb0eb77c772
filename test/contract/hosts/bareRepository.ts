import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from '../../support/repositories.ts';
import { Clone, cloneFolder, type Remote } from '../clone.ts';
import type { NewRepository, RepositoryByHand } from '../contractHost.ts';

/** What a hook says that protects a branch. */
const rule = 'nobody changes this branch by a push';

/** A bare repository below `repositories` of a folder, that takes pushes over http, with a person's clone of it. */
export async function makeBareRepository(
  folder: string,
  { files = { 'a.txt': 'a\n', 'b.txt': 'b\n' }, empty = false }: NewRepository,
  remoteOf: (name: string, path: string) => Remote,
): Promise<RepositoryByHand & { readonly path: string }> {
  const name = `team/r-${randomUUID().slice(0, 8)}`;
  const path = join(folder, 'repositories', `${name}.git`);
  await git('/', ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', path]);
  await git(path, ['config', 'http.receivePack', 'true']);
  const clone = await Clone.make(cloneFolder(folder, name), remoteOf(name, path));
  if (!empty) await clone.commit('main', files, { message: 'First' });
  return {
    path,
    ref: { externalId: null, name },
    clone,
    async protect(branch) {
      const hook = `#!/bin/sh\nwhile read old new ref; do test "$ref" = refs/heads/${branch} && echo "${rule}" >&2 && exit 1; done\nexit 0\n`;
      await mkdir(join(path, 'hooks'), { recursive: true });
      await writeFile(join(path, 'hooks/pre-receive'), hook, { mode: 0o755 });
      return new RegExp(rule);
    },
  };
}

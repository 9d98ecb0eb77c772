import { gitText } from '../../git/git.ts';
import { findRepository } from './findRepository.ts';
import { openRepository } from './openRepository.ts';
import { Unreadable } from './unreadable.ts';

/** The commits of some branches of a repository. Throws {@link Unreadable}, and a GitError. */
export async function heads(
  folder: string,
  name: string,
  branches: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const found = await findRepository(folder, name);
  if (found === undefined) throw new Unreadable('it is there no more');
  await using opened = await openRepository(found.gitDir, folder);
  const wanted = new Set(branches);
  const args = ['for-each-ref', '--format=%(objectname) %(refname)', ...wanted];
  const lines = (await gitText(args, { gitDir: opened.gitDir, signal, lane: 'scan' })).split('\n');
  return new Map(
    lines
      // A pattern also takes what is below a name.
      .map((line): [string, string] => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))])
      .filter(([branch]) => wanted.has(branch)),
  );
}

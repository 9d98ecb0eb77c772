import type { GitAccess } from '../codeHost.ts';
import { findRepository } from './findRepository.ts';
import { openRepository } from './openRepository.ts';
import { Unreadable } from './unreadable.ts';

/** Lets git fetch a repository through a git directory of ours. Throws {@link Unreadable}. */
export async function access(folder: string, name: string): Promise<GitAccess> {
  const found = await findRepository(folder, name);
  if (found === undefined) throw new Unreadable('it is there no more');
  const opened = await openRepository(found.gitDir, folder, { forFetch: true });
  return {
    url: opened.gitDir,
    protocol: 'file',
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

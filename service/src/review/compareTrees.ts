import { FlotillaError } from '@flotilla/shared/errors';
import type { ChangedFile } from '@flotilla/shared/views';
import type { User } from '../auth/tokens.ts';
import type { Database } from '../db/database.ts';
import { GitError } from '../git/git.ts';
import { changedFiles } from '../patches/changedFiles.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import { requireRepository } from '../repositories/requireRepository.ts';

/**
 * The files in which two trees of a repository differ; their contents are read by these trees. Throws `notFound` for what is not
 * there, or not to be seen by this user.
 */
export async function compareTrees(
  context: { readonly database: Database; readonly mirrors: Mirrors },
  user: User,
  trees: { readonly repositoryId: number; readonly baseTree: string; readonly resultTree: string },
  signal: AbortSignal | undefined,
): Promise<ChangedFile[]> {
  const { baseTree, resultTree } = trees;
  const { id, name } = await requireRepository(context, user, trees.repositoryId);
  const mirrorPath = context.mirrors.pathOf(id);
  try {
    return await changedFiles({ mirrorPath, baseTree, resultTree, owner: `user:${user.id}`, signal });
  } catch (error) {
    // What git says of an id that it does not have, or that is no tree.
    if (!(error instanceof GitError) || error.exitCode === null) throw error;
    throw new FlotillaError(
      'notFound',
      `Repository ${name} has no such trees any more: what they were made for has been removed.`,
      { cause: error },
    );
  }
}

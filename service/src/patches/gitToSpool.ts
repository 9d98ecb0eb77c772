import { readGit, type GitOptions } from '../git/git.ts';
import { spool, type Spool } from './spool.ts';

/**
 * Runs git to its end and keeps what it writes, so that it waits for nobody who reads that slowly. Throws as `git` does, and
 * a SpoolFullError.
 */
export async function gitToSpool(
  args: readonly string[],
  options: GitOptions,
  mostBytes: number,
): Promise<Spool> {
  let spooled: Spool | undefined;
  try {
    return await readGit(args, options, async (output) => (spooled = await spool(output, mostBytes)));
  } catch (error) {
    await spooled?.[Symbol.asyncDispose]();
    throw error;
  }
}

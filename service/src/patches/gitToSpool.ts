import { untilEnded } from '@flotilla/launcher/untilEnded';
import { GitError, startGit, type GitOptions } from '../git/git.ts';
import { spool, type Spool } from './spool.ts';

/**
 * Runs git to its end and keeps what it writes, so that it waits for nobody who reads that slowly. Throws as `git` does, and
 * a SpoolFullError.
 */
export async function gitToSpool(
  args: readonly string[],
  options: Omit<GitOptions, 'input' | 'answers'>,
  mostBytes: number,
): Promise<Spool> {
  const program = await startGit(args, options);
  const spooling = spool(program.output, mostBytes);
  try {
    const { exitCode, stderr } = await untilEnded(program, spooling, options.signal);
    if (exitCode !== 0) throw new GitError(args, exitCode, stderr);
  } catch (error) {
    const [spooled] = await Promise.allSettled([spooling]);
    if (spooled.status === 'fulfilled') await spooled.value[Symbol.asyncDispose]();
    throw error;
  }
  return spooling;
}

import { messageOf } from '@flotilla/shared/errors';
import { AttemptError } from '../endings/attemptError.ts';
import { takeOddPaths, type OddPaths } from '../trees/oddPaths.ts';
import type { Checkout } from './checkout.ts';
import { git, GitError } from './git.ts';

/** So many paths are given to one git as arguments. */
const mostArguments = 100;
/** A path in a sentence, in characters: what is left of it is enough to find it. */
const shownPath = 200;

/**
 * Makes a work tree one that git can read to its end: takes away what it would wait for, and refuses what it would go into
 * or leave out, by an {@link AttemptError}. Repositories that `.gitignore` names stay, and those in folders of which files
 * are tracked: git does not look at them.
 */
export async function readyWorkTree(checkout: Checkout, signal: AbortSignal): Promise<void> {
  const { repositories, tooLong } = await oddPathsOf(checkout.workTree, signal);
  if (tooLong !== undefined) {
    throw new AttemptError(
      'patch',
      `The steps left a path that is too long for git, of ${Buffer.byteLength(tooLong)} bytes: "${tooLong.slice(0, shownPath)}…". Remove it in a step.`,
    );
  }
  if (repositories.length === 0) return;
  const ignored = new Set(await ignoredOf(checkout, repositories, signal));
  const candidates = repositories.filter((path) => !ignored.has(path));
  for (let at = 0; at < candidates.length; at += mostArguments) {
    const some = candidates.slice(at, at + mostArguments);
    const tracked = await trackedBelow(checkout, some, signal);
    const untracked = some.find((path) => !tracked.some((each) => each.startsWith(`${path}/`)));
    if (untracked !== undefined) throw new AttemptError('patch', nestedSentence(untracked));
  }
}

/** A repository inside the work tree would become a link to a commit that nobody else has. */
export function nestedSentence(path: string): string {
  return `The steps left a git repository at "${path.slice(0, 1000)}". Remove its .git folder in a step, so that its files can be part of the patch.`;
}

async function oddPathsOf(workTree: string, signal: AbortSignal): Promise<OddPaths> {
  try {
    return await takeOddPaths(workTree, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new AttemptError(
      'patch',
      `The files that the steps left could not be looked through: ${messageOf(error)}.`,
      {
        cause: error,
      },
    );
  }
}

/** Which of them `.gitignore` names; git does not go into them. */
async function ignoredOf(
  { gitDir, workTree }: Checkout,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const input = paths.map((path) => `${path}\0`).join('');
  try {
    return listed(await git(['check-ignore', '--stdin', '-z'], { gitDir, workTree, input, signal }));
  } catch (error) {
    // It ends with 1 when it names none, and says nothing.
    if (error instanceof GitError && error.stderr === '') return [];
    throw error;
  }
}

async function trackedBelow(
  { gitDir }: Checkout,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const pathspecs = paths.map((path) => `:(top,literal)${path}/`);
  return listed(await git(['ls-files', '-z', '--', ...pathspecs], { gitDir, signal }));
}

function listed(output: Buffer): string[] {
  return output.toString().split('\0').slice(0, -1);
}

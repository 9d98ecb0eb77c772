import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { programWords } from '@flotilla/launcher/programWords';
import { maxPatchBytes } from '@flotilla/shared/protocol/streams';
import { AttemptError } from '../endings/attemptError.ts';
import { hasChangedFiles } from './changedFiles.ts';
import type { Checkout } from './checkout.ts';
import { git, GitError, GitLimitError, gitToFile, readGit, TooLongError } from './git.ts';
import { nestedSentence, readyWorkTree } from './readyWorkTree.ts';
import { zeroTerminated } from './zeroTerminated.ts';

/** How long a work tree may take to be read, in milliseconds: gigabytes of new files take a minute. */
const standardReadMs = 600_000;

/** What the Steps made of a work tree. */
export interface Snapshot {
  /** The patch, in a file of the Attempt's folder. */
  readonly path: string;
  readonly length: number;
  readonly sha256: string;
  readonly tree: string;
}

/**
 * Takes the Patch of a work tree against its base. Null when nothing changed. `.gitignore` is respected for new files;
 * binary files, modes, links and any file name survive; nothing outside the work tree can get in, because git follows
 * no symbolic link. No container may write to the work tree any more. Takes no longer than it may, whatever Steps left.
 */
export async function takeSnapshot(
  folder: string,
  checkout: Checkout,
  signal: AbortSignal,
  readMs = standardReadMs,
): Promise<Snapshot | null> {
  const limit = AbortSignal.timeout(readMs);
  try {
    return await take(folder, checkout, AbortSignal.any([signal, limit]));
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    throw new AttemptError(
      'patch',
      `The changes could not be read within ${readMs / 1000} s. Remove in a step what need not be part of the patch.`,
      { cause: error },
    );
  }
}

async function take(folder: string, checkout: Checkout, signal: AbortSignal): Promise<Snapshot | null> {
  const { gitDir, workTree, baseRevision } = checkout;
  if (checkout.mayHaveGitlinks) await refuseFilledSubmodules(gitDir, workTree, signal);
  await readyWorkTree(checkout, signal);
  try {
    if (!(await hasChangedFiles(checkout, signal))) return null;
    await git(['add', '--all', '--', '.'], { gitDir, workTree, signal });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new AttemptError('patch', sentenceFor(error), { cause: error });
  }
  const path = join(folder, 'patch');
  const diff = [
    'diff',
    '--cached',
    '--binary',
    '--full-index',
    '--no-renames',
    '--no-ext-diff',
    '--no-textconv',
    '--no-color',
  ];
  try {
    await gitToFile([...diff, baseRevision], { gitDir, signal }, { path, maxBytes: maxPatchBytes });
  } catch (error) {
    if (error instanceof GitLimitError) throw new AttemptError('patch', sentenceFor(error), { cause: error });
    if (!(error instanceof TooLongError)) throw error;
    const limit = maxPatchBytes / 1024 / 1024;
    const message = `The patch is larger than ${limit} MiB, which is the limit. Leave large files out in a step, or by .gitignore.`;
    throw new AttemptError('patch', message, { cause: error });
  }
  const { length, sha256, hasGitlink } = await readPatch(path);
  if (length === 0) return null;
  if (hasGitlink) await refuseNestedRepositories(gitDir, baseRevision, signal);
  const tree = (await git(['write-tree'], { gitDir, signal })).toString().trim();
  return { path, length, sha256, tree };
}

/** A line that only stands where a submodule comes, changes or goes: lines of contents begin with another character. */
const gitlinkLine =
  /^(?:(?:new file|deleted file|old|new) mode 160000|index [0-9a-f]+\.\.[0-9a-f]+ 160000)$/m;
/** Longer than such a line. */
const gitlinkLineBytes = 200;

async function readPatch(path: string): Promise<{ length: number; sha256: string; hasGitlink: boolean }> {
  const hash = createHash('sha256');
  let length = 0;
  let hasGitlink = false;
  let end = '';
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    length += chunk.length;
    const text = end + chunk.toString('latin1');
    hasGitlink ||= gitlinkLine.test(text);
    end = text.slice(-gitlinkLineBytes);
  }
  return { length, sha256: hash.digest('hex'), hasGitlink };
}

/**
 * `git add` runs `git status` in a submodule that has a repository, by that repository's settings: one that a Step made
 * could run a program of its choice on this machine. Submodules are not fetched, so none has a repository by itself.
 */
async function refuseFilledSubmodules(gitDir: string, workTree: string, signal: AbortSignal): Promise<void> {
  await readGit(['ls-files', '--stage', '-z'], { gitDir, signal }, async (output) => {
    for await (const entries of zeroTerminated(output)) {
      for (const entry of entries) {
        if (entry.toString('latin1', 0, 7) !== '160000 ') continue;
        const path = entry.subarray(entry.indexOf('\t') + 1);
        const inside = Buffer.concat([Buffer.from(`${workTree}/`), path, Buffer.from('/.git')]);
        if (await exists(inside)) throw new AttemptError('patch', nestedSentence(path.toString()));
      }
    }
  });
}

async function exists(path: Buffer): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}

/** A repository inside the work tree would become a link to a commit that nobody else has. */
async function refuseNestedRepositories(
  gitDir: string,
  baseRevision: string,
  signal: AbortSignal,
): Promise<void> {
  const args = ['diff-index', '--cached', '--raw', '-z', '--no-renames', baseRevision];
  await readGit(args, { gitDir, signal }, async (output) => {
    let isNested: boolean | undefined;
    for await (const items of zeroTerminated(output)) {
      for (const item of items) {
        // What a change is and its path take turns.
        if (isNested === undefined) isNested = item.toString('latin1').split(' ')[1] === '160000';
        else if (isNested) throw new AttemptError('patch', nestedSentence(item.toString()));
        else isNested = undefined;
      }
    }
  });
}

function sentenceFor(error: GitError): string {
  if (error instanceof GitLimitError) {
    return 'The changes take more memory or time to be read than git gets on a runner. Leave large files out in a step, or by .gitignore.';
  }
  const nested = programWords.gitNestedRepository.exec(error.stderr)?.[1];
  return nested === undefined
    ? `The changes could not be read: ${error.stderr.trim().slice(-1000)}`
    : nestedSentence(nested);
}

import { lstat } from 'node:fs/promises';
import { maxPatchFileBytes, maxPatchFiles, maxPatchFilesBytes } from '@flotilla/shared/protocol/streams';
import { AttemptError } from '../endings/attemptError.ts';
import { sizeText } from '../sizeText.ts';
import type { Checkout } from './checkout.ts';
import { readGit } from './git.ts';
import { zeroTerminated } from './zeroTerminated.ts';

/** So many files are asked for their sizes at once. */
const atOnce = 32;

/**
 * Whether `git add` has anything to do in a work tree. By names and sizes alone: no content is read, so a sparse file of
 * terabytes costs as much as any other. Throws an AttemptError when the changed files are more, or larger, than a Patch
 * can be of; those that `.gitignore` leaves out do not count.
 */
export async function hasChangedFiles(
  { gitDir, workTree, mayHaveGitlinks }: Checkout,
  signal: AbortSignal,
): Promise<boolean> {
  const sizes = new ChangedSizes(workTree);
  const lists = [
    // Compares what the index knows of each file; unlike `ls-files --modified` it never looks into one that has grown.
    ['diff-files', '--name-only', '--ignore-submodules=all', '-z'],
    ['ls-files', '--others', '--exclude-standard', '-z'],
  ];
  for (const args of lists) {
    await readGit(args, { gitDir, workTree, signal }, async (output) => {
      for await (const paths of zeroTerminated(output)) await sizes.add(paths);
    });
  }
  return sizes.count > 0 || mayHaveGitlinks;
}

class ChangedSizes {
  readonly #workTree: string;
  #bytes = 0;
  count = 0;

  constructor(workTree: string) {
    this.#workTree = workTree;
  }

  async add(paths: readonly Buffer[]): Promise<void> {
    this.count += paths.length;
    if (this.count > maxPatchFiles) {
      throw tooLarge(
        `The steps changed more than ${maxPatchFiles.toLocaleString('en')} files, which is the limit`,
      );
    }
    for (let at = 0; at < paths.length; at += atOnce)
      await Promise.all(paths.slice(at, at + atOnce).map((path) => this.#measure(path)));
  }

  async #measure(path: Buffer): Promise<void> {
    const bytes = await sizeOf(Buffer.concat([Buffer.from(`${this.#workTree}/`), path]));
    if (bytes > maxPatchFileBytes) {
      const [size, limit] = [sizeText(bytes), sizeText(maxPatchFileBytes)];
      throw tooLarge(
        `The steps left "${path.toString()}" of ${size}; the limit for a file of a patch is ${limit}`,
      );
    }
    this.#bytes += bytes;
    if (this.#bytes > maxPatchFilesBytes) {
      const limit = sizeText(maxPatchFilesBytes);
      throw tooLarge(`The files that the steps changed have more than ${limit} together, which is the limit`);
    }
  }
}

/** In a file that git would store; 0 for anything else, and for what is gone. */
async function sizeOf(path: Buffer): Promise<number> {
  try {
    const found = await lstat(path);
    return found.isFile() ? found.size : 0;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 0;
    throw error;
  }
}

function tooLarge(what: string): AttemptError {
  return new AttemptError('patch', `${what}. Leave large files out in a step, or by .gitignore.`);
}

import { maxTreePaths } from '@flotilla/shared/protocol/treeLimits';
import { AttemptError } from '../endings/attemptError.ts';
import { sizeText } from '../sizeText.ts';
import { readGit, type GitOptions } from './git.ts';
import { zeroTerminated } from './zeroTerminated.ts';

/** What a file or a folder takes of a disk at least, and in steps of which, in bytes. */
const blockBytes = 4096;
/** With its end; the kernel takes no longer path (PATH_MAX). */
const maxPathBytes = 4096;
/** Of all paths together: git keeps them in memory, all of them, and in its index. */
const maxListBytes = 256 * 1024 * 1024;

const gitlinkMode = '160000';
const tabCode = 9;
const zeroCode = 48;

/** What a checkout of a commit will be. */
export interface CommitSize {
  /** On disk, in bytes, whole blocks of 4 KiB for each file and folder; line ends and encodings that git changes may make it more. */
  readonly bytes: number;
  /** Whether it has submodules. */
  readonly hasGitlinks: boolean;
}

/**
 * Adds up the files of a commit before anything of them is written. Its trees may be shared, so that a commit of a few KB
 * has any number of paths: they are counted as git lists them, which takes git no memory, and not beyond the limits. Throws
 * an AttemptError that lasts when there are too many, or when they are larger than the Attempt may write.
 */
export async function measureCommit(
  commit: string,
  { diskBytes, ...options }: GitOptions & { readonly diskBytes: number },
): Promise<CommitSize> {
  // Folders too: without a file in them they are as many, and take as much time.
  const args = ['ls-tree', '-r', '-t', '-l', '-z', commit];
  return readGit(args, options, async (output) => {
    let count = 0;
    let listBytes = 0;
    let bytes = 0;
    let hasGitlinks = false;
    for await (const entries of entriesOf(output, commit)) {
      count += entries.length;
      for (const entry of entries) {
        listBytes += entry.length;
        const tab = entry.indexOf(tabCode);
        if (entry.length - tab > maxPathBytes) throw lasting(commit, tooLong);
        hasGitlinks ||= entry.toString('latin1', 0, gitlinkMode.length) === gitlinkMode;
        bytes += Math.max(1, Math.ceil(sizeBefore(tab, entry) / blockBytes)) * blockBytes;
      }
      if (count > maxTreePaths || listBytes > maxListBytes) throw lasting(commit, tooMany);
      if (bytes > diskBytes) throw tooLargeFor(commit, diskBytes);
    }
    return { bytes, hasGitlinks };
  });
}

/** The decimal number that ends where the path begins; a folder and a submodule have a `-`, which is 0. */
function sizeBefore(tab: number, entry: Buffer): number {
  let size = 0;
  let unit = 1;
  for (let at = tab - 1; at >= 0; at -= 1) {
    const digit = (entry[at] ?? 0) - zeroCode;
    if (digit < 0 || digit > 9) break;
    size += digit * unit;
    unit *= 10;
  }
  return size;
}

async function* entriesOf(output: AsyncIterable<Buffer>, commit: string): AsyncGenerator<readonly Buffer[]> {
  try {
    yield* zeroTerminated(output);
  } catch (error) {
    throw error instanceof RangeError ? lasting(commit, tooLong) : error;
  }
}

const tooMany = `has more than ${maxTreePaths.toLocaleString('en')} files and folders, which is the limit. Leave the repository out of the scope.`;
const tooLong = `has a path of more than ${maxPathBytes} bytes, which no disk takes. Leave the repository out of the scope.`;

/** A commit whose files do not fit into what the Attempt may write. */
export function tooLargeFor(commit: string, diskBytes: number): AttemptError {
  return lasting(
    commit,
    `has files of more than ${sizeText(diskBytes)}, which is all that the Job may write to disk. Raise \`resources.disk\` in the Action, or FLOTILLA_DISK_LIMIT of the runner.`,
  );
}

function lasting(commit: string, what: string): AttemptError {
  return new AttemptError('git', `Commit ${commit} ${what}`, { isLasting: true });
}

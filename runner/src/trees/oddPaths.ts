import { run } from '@flotilla/launcher/run';
import { takeSetIdBits } from './disarm.ts';

/** What git must not meet in a work tree, by path from its root. */
export interface OddPaths {
  /** Folders below the root with a `.git` of any kind. */
  readonly repositories: readonly string[];
  /** One that is too long to be opened; there may be more. */
  readonly tooLong: string | undefined;
}

/** PATH_MAX of Linux, less the byte that ends a path. */
const longestPath = 4095;
/** So many paths of repositories are read, in bytes: packages of a language that are cloned take a few KB. */
const mostBytes = 4 * 1024 * 1024;

/**
 * Takes from a work tree all that git stores in no commit and might wait for when it opens it (pipes, sockets, devices),
 * and set-id bits; finds what git would go into, or leave out with a warning. Only where no container writes any more, as
 * {@link disarm}. Throws an Error when not all could be looked through.
 */
export async function takeOddPaths(workTree: string, signal: AbortSignal): Promise<OddPaths> {
  const root = workTree.replaceAll(/[\\*?[]/g, String.raw`\$&`);
  // Git names paths from the root of the work tree.
  const tooLong = Buffer.byteLength(workTree) + 1 + longestPath + 1;
  const special = ['(', '-type', 'p', '-o', '-type', 's', '-o', '-type', 'b', '-o', '-type', 'c', ')'];
  const nested = ['-name', '.git', '!', '-path', `${root}/.git`, '!', '-path', `${root}/.git/*`];
  const print = (kind: string) => ['-printf', String.raw`${kind} %P\0`];
  // In the words of find: remove what is special, and of the rest do each of what is between commas.
  const rest = [
    ['(', ...takeSetIdBits, ')', ','],
    ['(', ...nested, ...print('repository'), ')', ','],
    ['(', '-regex', `.{${tooLong}}.*`, ...print('long'), '-quit', ')'],
  ].flat();
  const { exitCode, stderr, output } = await run(
    'find',
    [workTree, '-xdev', '-regextype', 'posix-extended', ...special, '-delete', '-o', '(', ...rest, ')'],
    { signal, mostBytes },
  );
  if (exitCode !== 0) throw new Error(`find ended with ${exitCode}: ${stderr.trim().slice(-500)}`);
  const found = output.split('\0');
  return {
    repositories: startingWith(found, 'repository ').map((path) => path.slice(0, -'/.git'.length)),
    tooLong: startingWith(found, 'long ')[0],
  };
}

function startingWith(lines: readonly string[], start: string): string[] {
  return lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
}

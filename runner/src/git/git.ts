import { createWriteStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { feed, type Input } from '@flotilla/launcher/feed';
import { gitEnvironment, type GitNeeds } from '@flotilla/launcher/gitEnvironment';
import { launch } from '@flotilla/launcher/launcher';
import { programWords } from '@flotilla/launcher/programWords';
import { untilEnded } from '@flotilla/launcher/untilEnded';

/** How long one git may take, in milliseconds; the Job's own time, which is shorter mostly, ends it too. */
const longestMs = 30 * 60_000;
/** How much memory one git may have, in bytes: a work tree of as many paths as there may be takes about half of it. */
const memoryBytes = 1024 ** 3;

/** Beside those of every git: nothing that a work tree brings along can make it run a program. */
const settings: GitNeeds['settings'] = {
  'core.excludesFile': '/dev/null',
  'core.autocrlf': 'false',
  // Larger files are stored in parts, and are binary in a Patch, which may be no larger itself.
  'core.bigFileThreshold': '50m',
  // Packs are read by windows, because all of a large one at once may be more memory than git gets.
  'core.packedGitWindowSize': '16m',
  'core.packedGitLimit': '128m',
  'protocol.allow': 'never',
  'submodule.recurse': 'false',
  'diff.renames': 'false',
};

export interface GitOptions {
  readonly gitDir: string;
  readonly workTree?: string;
  readonly input?: Input;
  readonly signal?: AbortSignal;
}

/** A git command that failed, with what it said. */
export class GitError extends Error {
  readonly stderr: string;

  constructor(args: readonly string[], exitCode: number | null, stderr: string) {
    super(`git ${args[0] ?? ''} failed (${exitCode ?? 'killed'}): ${stderr.trim()}`);
    this.name = 'GitError';
    this.stderr = stderr;
  }
}

/** A git command that needed more memory, or more time, than any git of the runner gets. */
export class GitLimitError extends GitError {}

/** A git command that wrote more than its caller takes. */
export class TooLongError extends Error {}

/** Runs git on a trusted git directory. Returns its output; throws {@link GitError}, or an AbortError. */
export function git(args: readonly string[], options: GitOptions): Promise<Buffer> {
  return readGit(args, options, buffer);
}

/** As {@link git}, with the output in a file; more than `maxBytes` is a {@link TooLongError}. */
export function gitToFile(
  args: readonly string[],
  options: GitOptions,
  { path, maxBytes }: { readonly path: string; readonly maxBytes: number },
): Promise<void> {
  return readGit(args, options, async (output) => {
    const limited = async function* (chunks: AsyncIterable<Buffer>) {
      let bytes = 0;
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > maxBytes) throw new TooLongError(`git wrote more than ${maxBytes} bytes`);
        yield chunk;
      }
    };
    await pipeline(output, limited, createWriteStream(path));
  });
}

/** As {@link git}, for output that may be long: `read` takes it as it comes, and ends git by throwing. */
export async function readGit<T>(
  args: readonly string[],
  options: GitOptions,
  read: (output: AsyncIterable<Buffer>) => Promise<T>,
): Promise<T> {
  const { input } = options;
  const timeout = AbortSignal.timeout(longestMs);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  const takesInput = input !== undefined;
  const program = await launch('git', args, {
    env: environmentOf(options),
    takesInput,
    signal,
    memoryBytes,
  });
  const reading = read(program.output);
  const { exitCode, stderr } = await untilEnded(
    program,
    Promise.all([reading, feed(program.input, input)]),
    signal,
  ).catch((error: unknown) => {
    if (!timeout.aborted || options.signal?.aborted === true) throw error;
    throw new GitLimitError(args, null, `it took longer than ${longestMs / 60_000} minutes`);
  });
  if (exitCode === 0) return reading;
  throw new (programWords.gitOutOfMemory.test(stderr) ? GitLimitError : GitError)(args, exitCode, stderr);
}

function environmentOf({ gitDir, workTree }: GitOptions): Record<string, string> {
  const place = workTree === undefined ? {} : { GIT_WORK_TREE: workTree };
  return gitEnvironment({ settings, variables: { GIT_DIR: gitDir, ...place } });
}

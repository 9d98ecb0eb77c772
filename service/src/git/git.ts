import type { Readable } from 'node:stream';
import { checkedOutput } from '@flotilla/launcher/checkedOutput';
import { feed, type Input } from '@flotilla/launcher/feed';
import type { Launched } from '@flotilla/launcher/launched';
import { launch } from '@flotilla/launcher/launcher';
import { untilEnded } from '@flotilla/launcher/untilEnded';
import { serviceEnvironment } from './serviceEnvironment.ts';
import { failureOf, GitError, GitLimitError } from './gitError.ts';
import { lanes, limitsOfLanes, type LaneName } from './lanes.ts';
import { timeLimit, type TimeLimit } from './timeLimit.ts';

export { GitError, GitLimitError };

/** Output above this is an error, unless its caller says otherwise: whoever expects more streams it. */
const standardOutputBytes = 64 * 1024 * 1024;

export interface GitOptions {
  /** The repository; becomes `--git-dir`. */
  readonly gitDir?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: Input;
  /** Exit codes that are an answer and no error; 0 by default (`git grep` says 1 for "nothing"). */
  readonly answers?: readonly number[];
  /** Its abort ends the wait for a slot, and git with all that it has started. */
  readonly signal?: AbortSignal | undefined;
  /** What it is for, which gives it a slot and limits; `job` by default. */
  readonly lane?: LaneName;
  /** Who asks (`user:7`): of one owner only some run at once, and owners take turns. */
  readonly owner?: string | undefined;
  /** From the slot to the end; that of the lane by default. */
  readonly timeLimitMs?: number;
  /** What it may allocate; that of the lane by default. */
  readonly memoryBytes?: number;
}

/** What git said. Bytes, because paths and contents need not be UTF-8. */
export interface GitResult {
  readonly exitCode: number;
  readonly output: Buffer;
  /** What it said besides, also where it ended well. */
  readonly stderr: string;
}

/**
 * Runs git to its end, when its lane has a slot. Throws {@link GitError}; a {@link GitLimitError} when it takes longer,
 * needs more memory or writes more than it may (64 MiB when nothing is said).
 */
export async function git(
  args: readonly string[],
  options: GitOptions & { readonly maxOutputBytes?: number } = {},
): Promise<GitResult> {
  const most = options.maxOutputBytes ?? standardOutputBytes;
  const { exitCode, value, stderr } = await run(args, options, (output) => collect(args, output, most));
  return { exitCode: exitCode ?? 0, output: value, stderr };
}

/** Output of git as text, without the newline at its end. */
export async function gitText(args: readonly string[], options: GitOptions = {}): Promise<string> {
  return (await git(args, options)).output.toString().replace(/\n$/, '');
}

/**
 * Runs git as {@link git} does, and reads its output while it runs. A reader that returns before the end has seen enough:
 * git is ended, and that is no failure. What the reader throws is thrown.
 */
export async function readGit<T>(
  args: readonly string[],
  options: GitOptions,
  read: (output: AsyncIterable<Buffer>) => Promise<T>,
): Promise<T> {
  return (await run(args, options, read)).value;
}

/**
 * Starts git when its lane has a slot, which it keeps until it has ended, and hands out its output: a stream that fails with a
 * {@link GitError} when git does, and ends git when it is closed before. Its time limit counts for a slow reader as well.
 */
export async function openGit(args: readonly string[], options: GitOptions = {}): Promise<Readable> {
  using resources = new DisposableStack();
  resources.use(await enter(options));
  const limit = resources.use(limitOf(options));
  const program = await startGit(args, { ...options, signal: limit.signal });
  const owned = resources.move();
  const free = () => owned.dispose();
  program.ended.then(free, free);
  feed(program.input, options.input).catch(program.kill);
  return gitOutput(args, program, options, limit);
}

/** Starts git and hands out the program, for streams. The caller feeds it, and reads it to its end or kills it. */
function startGit(args: readonly string[], options: GitOptions = {}): Promise<Launched> {
  const placed = options.gitDir === undefined ? args : [`--git-dir=${options.gitDir}`, ...args];
  return launch('git', placed, {
    env: serviceEnvironment(options.environment),
    takesInput: options.input !== undefined,
    signal: options.signal,
    memoryBytes: memoryOf(options),
  });
}

/** The output of a git that was started, as a stream that fails with a {@link GitError} when git does. */
function gitOutput(
  args: readonly string[],
  program: Launched,
  options: GitOptions = {},
  limit?: TimeLimit,
): Readable {
  return checkedOutput(program, (ended) => {
    if (ended.exitCode === 0) return undefined;
    return limit?.isOver() === true ? tooLong(args, options) : failureOf(args, ended, memoryOf(options));
  });
}

async function run<T>(
  args: readonly string[],
  options: GitOptions,
  read: (output: AsyncIterable<Buffer>) => Promise<T>,
): Promise<{ readonly exitCode: number | null; readonly value: T; readonly stderr: string }> {
  using _slot = await enter(options);
  using limit = limitOf(options);
  const program = await startGit(args, { ...options, signal: limit.signal });
  let isEnough = false;
  const reading = read(program.output).then((value) => {
    isEnough = !program.output.readableEnded;
    if (isEnough) program.kill();
    return value;
  });
  try {
    const ended = await untilEnded(
      program,
      Promise.all([reading, feed(program.input, options.input)]),
      limit.signal,
    );
    const isAnswer = ended.exitCode !== null && (options.answers ?? [0]).includes(ended.exitCode);
    if (!isEnough && !isAnswer) throw failureOf(args, ended, memoryOf(options));
    return { exitCode: ended.exitCode, value: await reading, stderr: ended.stderr };
  } catch (error) {
    throw limit.isOver() ? tooLong(args, options) : error;
  }
}

function enter({ lane = 'job', owner, signal }: GitOptions): Promise<Disposable> {
  return lanes[lane].enter(owner, signal);
}

function limitOf(options: GitOptions): TimeLimit {
  return timeLimit(timeOf(options), options.signal);
}

function tooLong(args: readonly string[], options: GitOptions): GitLimitError {
  return new GitLimitError(args, 'time', timeOf(options));
}

function timeOf({ lane = 'job', timeLimitMs = limitsOfLanes[lane].timeLimitMs }: GitOptions): number {
  return timeLimitMs;
}

function memoryOf({ lane = 'job', memoryBytes = limitsOfLanes[lane].memoryBytes }: GitOptions): number {
  return memoryBytes;
}

async function collect(
  args: readonly string[],
  stream: AsyncIterable<Buffer>,
  most: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > most) throw new GitLimitError(args, 'output', most);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Splits output that ends its items with NUL. */
export function splitNul(output: Buffer): string[] {
  const text = output.toString();
  return text === '' ? [] : text.replace(/\0$/, '').split('\0');
}

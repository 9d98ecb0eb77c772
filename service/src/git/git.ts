import { availableParallelism } from 'node:os';
import type { Readable } from 'node:stream';
import { checkedOutput } from '@flotilla/launcher/checkedOutput';
import { feed, type Input } from '@flotilla/launcher/feed';
import { launch, type Launched } from '@flotilla/launcher/launcher';
import { untilEnded } from '@flotilla/launcher/untilEnded';
import pLimit from 'p-limit';

/** git is bound by processor and disk: more of them at once only wait for each other. */
const limit = pLimit(Math.max(2, availableParallelism()));

/** Output above this is an error of the caller's: whoever expects more streams it. */
const maxOutputBytes = 256 * 1024 * 1024;

/** Settings of every git the service starts, whatever the machine's own configuration says. */
const settings: Readonly<Record<string, string>> = {
  // Source repositories may belong to other users; they are only read.
  'safe.directory': '*',
  // Objects of a mirror are removed by Flotilla alone, which knows the pins.
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.quotePath': 'false',
  'protocol.allow': 'never',
  'protocol.file.allow': 'always',
};

/** The environment of a git process: our settings, no system or user configuration, never a prompt. */
function gitEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const entries = Object.entries(settings).flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: String(Object.keys(settings).length),
    ...(Object.fromEntries(entries) as Record<string, string>),
    ...extra,
  };
}

export interface GitOptions {
  /** The repository; becomes `--git-dir`. */
  readonly gitDir?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: Input;
  /** Exit codes that are an answer and no error; 0 by default (`git grep` says 1 for "nothing"). */
  readonly answers?: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

/** What git said. Bytes, because paths and contents need not be UTF-8. */
export interface GitResult {
  readonly exitCode: number;
  readonly output: Buffer;
}

/** A git command that failed, with what it wrote to standard error. */
export class GitError extends Error {
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(args: readonly string[], exitCode: number | null, stderr: string) {
    super(`git ${args[0] ?? ''} failed (${exitCode ?? 'killed'}): ${stderr.trim()}`);
    this.name = 'GitError';
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** Runs git to its end. Throws {@link GitError}. Never more at once than the machine has cores. */
export function git(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  return limit(() => runGit(args, options));
}

/** Output of git as text, without the newline at its end. */
export async function gitText(args: readonly string[], options: GitOptions = {}): Promise<string> {
  return (await git(args, options)).output.toString().replace(/\n$/, '');
}

/** Starts git and hands out the program, for streams. The caller feeds it, and reads it to its end or kills it. */
export function startGit(args: readonly string[], options: GitOptions = {}): Promise<Launched> {
  const placed = options.gitDir === undefined ? args : [`--git-dir=${options.gitDir}`, ...args];
  return launch('git', placed, {
    env: gitEnvironment(options.environment),
    takesInput: options.input !== undefined,
    signal: options.signal,
  });
}

/** The output of a git that was started, as a stream that fails with a {@link GitError} when git does. */
export function gitOutput(args: readonly string[], program: Launched): Readable {
  return checkedOutput(program, ({ exitCode, stderr }) =>
    exitCode === 0 ? undefined : new GitError(args, exitCode, stderr),
  );
}

async function runGit(args: readonly string[], options: GitOptions): Promise<GitResult> {
  options.signal?.throwIfAborted();
  const program = await startGit(args, options);
  const output = collect(program.output, maxOutputBytes);
  const { exitCode, stderr } = await untilEnded(
    program,
    Promise.all([output, feed(program.input, options.input)]),
    options.signal,
  );
  if (exitCode !== null && (options.answers ?? [0]).includes(exitCode))
    return { exitCode, output: await output };
  throw new GitError(args, exitCode, stderr);
}

async function collect(stream: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > most) throw new Error(`git wrote more than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Splits output that ends its items with NUL. */
export function splitNul(output: Buffer): string[] {
  const text = output.toString();
  return text === '' ? [] : text.replace(/\0$/, '').split('\0');
}

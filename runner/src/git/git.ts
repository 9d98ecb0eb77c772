import { createWriteStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { feed, type Input } from '@flotilla/launcher/feed';
import { launch } from '@flotilla/launcher/launcher';
import { untilEnded } from '@flotilla/launcher/untilEnded';

/** Settings of every git on the runner's side: nothing that a work tree brings along can make it run a program. */
const settings: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.excludesFile': '/dev/null',
  'core.attributesFile': '/dev/null',
  'core.autocrlf': 'false',
  'core.quotePath': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'safe.directory': '*',
  'protocol.allow': 'never',
  'submodule.recurse': 'false',
  'diff.renames': 'false',
};

export interface GitOptions {
  readonly gitDir: string;
  readonly workTree?: string;
  readonly input?: Input;
  /** Writes the output to this file instead of returning it; more than `maxBytes` is a {@link TooLongError}. */
  readonly outputFile?: { readonly path: string; readonly maxBytes: number };
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

/** A git command that wrote more than its caller takes. */
export class TooLongError extends Error {}

/** Runs git on a trusted git directory. Returns its output; throws {@link GitError}, or an AbortError. */
export async function git(args: readonly string[], options: GitOptions): Promise<Buffer> {
  const { input, outputFile, signal } = options;
  const takesInput = input !== undefined;
  const program = await launch('git', args, { env: environmentOf(options), takesInput, signal });
  const output = outputFile === undefined ? buffer(program.output) : save(program.output, outputFile);
  const { exitCode, stderr } = await untilEnded(
    program,
    Promise.all([output, feed(program.input, input)]),
    signal,
  );
  if (exitCode !== 0) throw new GitError(args, exitCode, stderr);
  return (await output) ?? Buffer.alloc(0);
}

async function save(
  output: AsyncIterable<Buffer>,
  { path, maxBytes }: { readonly path: string; readonly maxBytes: number },
): Promise<undefined> {
  const limited = async function* (chunks: AsyncIterable<Buffer>) {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new TooLongError(`git wrote more than ${maxBytes} bytes`);
      yield chunk;
    }
  };
  await pipeline(output, limited, createWriteStream(path));
}

function environmentOf(options: GitOptions): Record<string, string> {
  const pairs = Object.entries(settings);
  const numbered = pairs.flatMap(([key, value], index): [string, string][] => [
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
    GIT_DIR: options.gitDir,
    ...(options.workTree === undefined ? {} : { GIT_WORK_TREE: options.workTree }),
    GIT_CONFIG_COUNT: String(pairs.length),
    ...Object.fromEntries(numbered),
  };
}

import { programWords } from '@flotilla/launcher/programWords';

/** A git command that failed, with what it wrote to standard error. */
export class GitError extends Error {
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(args: readonly string[], exitCode: number | null, stderr: string) {
    super(`git ${commandOf(args)} failed (${exitCode ?? 'killed'}): ${stderr.trim()}`);
    this.name = 'GitError';
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** Which limit a git has met. */
export type GitLimit = 'time' | 'memory' | 'output';

/** A git command that took more than it may: `most` milliseconds or bytes. Its `stderr` is a sentence about it. */
export class GitLimitError extends GitError {
  readonly limit: GitLimit;

  constructor(args: readonly string[], limit: GitLimit, most: number) {
    super(args, null, sentenceOf[limit](commandOf(args), most));
    this.message = this.stderr;
    this.name = 'GitLimitError';
    this.limit = limit;
  }
}

const sentenceOf: Readonly<Record<GitLimit, (command: string, most: number) => string>> = {
  time: (command, most) => `git ${command} took longer than ${most / 1000} s`,
  memory: (command, most) => `git ${command} needs more than ${Math.floor(most / 1024 ** 2)} MiB of memory`,
  output: (command, most) => `git ${command} wrote more than ${Math.floor(most / 1024 ** 2)} MiB`,
};

/** The error of a git that ended with this exit code. */
export function failureOf(
  args: readonly string[],
  { exitCode, stderr }: { readonly exitCode: number | null; readonly stderr: string },
  memoryBytes: number,
): GitError {
  return exitCode !== 0 && programWords.gitOutOfMemory.test(stderr)
    ? new GitLimitError(args, 'memory', memoryBytes)
    : new GitError(args, exitCode, stderr);
}

/** The command, without options of git itself before it. */
function commandOf(args: readonly string[]): string {
  return args.find((arg) => !arg.startsWith('-')) ?? '';
}

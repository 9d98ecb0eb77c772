import type { LaunchOptions } from './launcher.ts';

/** A program as the launcher's process starts it. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Gives a program a limit of memory: a shell sets it for itself and becomes the program, which costs 0.4 ms; `prlimit`
 * costs more and is on Linux alone. A limit that cannot be set, because there is a lower one, is left as it is.
 */
export function commandLine(
  command: string,
  args: readonly string[],
  { memoryBytes }: Pick<LaunchOptions, 'memoryBytes'>,
): CommandLine {
  if (memoryBytes === undefined) return { command, args };
  const script = `ulimit -d ${Math.floor(memoryBytes / 1024)} 2>/dev/null; exec "$0" "$@"`;
  return { command: '/bin/sh', args: ['-c', script, command, ...args] };
}

/** A program as it is started. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/** What a program may allocate when its caller says nothing: what the launcher's own process may, so that it costs nothing. */
export const standardMemoryBytes = 1024 * 1024 * 1024;

/**
 * Gives a program a limit of memory of its own: a shell sets it for itself and becomes the program, which takes 1.2 ms of
 * processor; `prlimit` takes as much, and is on Linux alone.
 */
export function commandLine(command: string, args: readonly string[], memoryBytes: number): CommandLine {
  return memoryBytes === standardMemoryBytes ? { command, args } : limited(command, args, memoryBytes);
}

/** A limit that cannot be set, because there is a lower one, is left as it is. */
export function limited(command: string, args: readonly string[], memoryBytes: number): CommandLine {
  // Soft, so that another one may still be higher.
  const script = `ulimit -S -d ${Math.floor(memoryBytes / 1024)} 2>/dev/null; exec "$0" "$@"`;
  return { command: '/bin/sh', args: ['-c', script, command, ...args] };
}

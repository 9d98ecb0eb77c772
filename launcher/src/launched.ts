import type { Readable, Writable } from 'node:stream';

export interface LaunchOptions {
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether it gets a standard input to write to; it is empty otherwise. */
  readonly takesInput?: boolean;
  /** Ends the program, with all that it has started, by SIGTERM. */
  readonly signal?: AbortSignal | undefined;
  /** How long it may go on after SIGTERM until SIGKILL, in milliseconds; 5 s when nothing is said. */
  readonly graceMs?: number;
  /**
   * How much memory it may have, and each program that it starts, in bytes: what it allocates, not the files that it maps
   * (RLIMIT_DATA); 1 GiB when nothing is said, and any other number costs a millisecond. More is refused to it, of which most
   * programs die. On macOS the kernel takes no notice.
   */
  readonly memoryBytes?: number | undefined;
}

/** How a program ended. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  /** The last 64 KiB of its standard error. */
  readonly stderr: string;
}

/**
 * A program that was started. Read its output to the end, or kill it. It has a process group of its own: when it ends, what
 * it has started is ended too.
 */
export interface Launched {
  /** Its standard input; it reads the end when this is ended. Only when it takes input. */
  readonly input: Writable | undefined;
  readonly output: Readable;
  /** Rejects when it could not be started, or when nobody knows how it ended. Its output may have to be read yet. */
  readonly ended: Promise<Ended>;
  /** Ends it as the signal does, and closes its output; one that has ended is left alone. */
  readonly kill: () => void;
}

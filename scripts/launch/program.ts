import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { onExit } from 'signal-exit';

/** How long a program that was asked to stop may take before it is killed. */
const stopMs = 20_000;
/** Characters of output that are kept for the message when a program fails. */
const keptOutput = 64 * 1024;

export interface ProgramOptions {
  /** What it is called in messages, e.g. `the service`. */
  readonly name: string;
  /** A TypeScript file that Node runs. */
  readonly file: URL;
  /** Added to our own environment; undefined takes a variable out of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gets each piece of output as it comes, standard output and standard error alike. */
  readonly onOutput?: ((text: string) => void) | undefined;
  /** User and group to run as, where that is not our own. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
}

/** One of our programs as a process of its own. Whoever disposes it asks it to stop and waits until it has. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** The last part of what it printed. */
  output(): string;
  /** How it ended; never rejects. */
  readonly exited: Promise<{ readonly exitCode: number | undefined; readonly signal: string | undefined }>;
  hasExited(): boolean;
  /** Sends a signal; SIGSTOP and SIGCONT pause it and let it go on. */
  signal(name: NodeJS.Signals): void;
  /** Ends it without a chance to say goodbye, and waits until it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a program with the Node that runs this script. It ends with this process at the latest. In a process group of
 * its own: Ctrl-C in the terminal reaches this process alone, which ends the others in their order.
 */
export function startProgram(options: ProgramOptions): Program {
  const child = execa(process.execPath, [fileURLToPath(options.file)], {
    all: true,
    buffer: false,
    reject: false,
    stdin: 'ignore',
    forceKillAfterDelay: stopMs,
    detached: true,
    env: { ...options.env },
    ...options.user,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.name} could not be started`);
  const forget = onExit(() => void child.kill());
  let kept = '';
  let ended = false;
  child.all.setEncoding('utf8').on('data', (text: string) => {
    kept = (kept + text).slice(-keptOutput);
    options.onOutput?.(text);
  });
  const exited = child.then((result) => {
    ended = true;
    forget();
    return { exitCode: result.exitCode, signal: result.signal };
  });
  return {
    pid,
    output: () => kept,
    exited,
    hasExited: () => ended,
    signal: (name) => void child.kill(name),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async [Symbol.asyncDispose]() {
      if (!ended) child.kill('SIGCONT');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

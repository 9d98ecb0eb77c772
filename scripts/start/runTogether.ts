import { setTimeout as delay } from 'node:timers/promises';
import type { Interruption } from '../launch/interruption.ts';
import type { Program } from '../launch/program.ts';

export interface Part {
  /** What it is called in sentences, e.g. `the runner`. */
  readonly name: string;
  readonly program: Program;
}

/** An idle runner is gone before anyone could read about it. */
const quietMs = 300;

/** Waits until the person interrupts, or a part ends by itself; that part and how it ended is returned. */
export async function untilOver(
  parts: readonly Part[],
  { signal }: Interruption,
): Promise<{ readonly part: Part; readonly how: string } | undefined> {
  const interrupted = Promise.withResolvers<undefined>();
  const onAbort = () => interrupted.resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const ended = parts.map(async (part) => {
    const { exitCode, signal } = await part.program.exited;
    return { part, how: signal === undefined ? `exit code ${exitCode}` : signal };
  });
  try {
    return await Promise.race([...ended, interrupted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * Lets a runner finish its Jobs. Each further Ctrl-C, told by `onAgain`, hurries it: first it gives its Jobs back, then
 * it is killed.
 */
export async function drain(
  runner: Program,
  say: (line: string) => void,
  onAgain: (hurry: () => void) => void,
): Promise<void> {
  if (runner.hasExited()) return;
  let hurried = 0;
  onAgain(() => {
    hurried += 1;
    if (hurried === 1) {
      say('Giving the Jobs back; another runner takes them. Ctrl-C once more kills the runner.');
      runner.signal('SIGINT');
    } else void runner.kill();
  });
  // Not SIGTERM: a program that was asked so is killed after a while.
  runner.signal('SIGINT');
  await Promise.race([runner.exited, delay(quietMs)]);
  if (!runner.hasExited())
    say('The runner finishes the Jobs that it runs. Ctrl-C again gives them back to the queue at once.');
  await runner.exited;
}

import type { Launched, LaunchOptions } from './launched.ts';
import { LauncherProcess } from './launcherProcess.ts';

let current: LauncherProcess | undefined;

/**
 * Starts a program, as `spawn` of Node's does, but from a small process of our own: `spawn` copies the page tables of the
 * process that calls it, which holds up everything else in it for 5 ms per 100 MB of memory (decision 0106). The small
 * process starts with the first program, keeps nobody alive, and ends with us.
 *
 * Of a program that cannot be started hears who waits for its launch, or for its end; its streams are closed then.
 */
export async function launch(
  command: string,
  args: readonly string[],
  options: LaunchOptions,
): Promise<Launched> {
  if (current === undefined || current.hasEnded) current = await startOnce();
  return current.launch(command, args, options);
}

let starting: Promise<LauncherProcess> | undefined;

async function startOnce(): Promise<LauncherProcess> {
  starting ??= LauncherProcess.start();
  try {
    return await starting;
  } finally {
    starting = undefined;
  }
}

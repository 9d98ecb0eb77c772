import { execa } from 'execa';
import { containersOf } from './containers.ts';
import type { Flotilla } from './flotilla.ts';

/**
 * A Step that waits until a test has seen what it wants to see. In the Step's shell, `open` goes first, and `wait` is
 * where it stands still; each `passTurnstile` lets it go on once.
 */
export const turnstile = { open: 'mkfifo /tmp/turnstile', wait: 'read -r _ </tmp/turnstile' } as const;

/** Lets the Job of a repository go on; returns when it has. It must have opened its turnstile, and wait there or come. */
export async function passTurnstile(
  flotilla: Flotilla,
  executionId: number,
  repository: string,
): Promise<void> {
  const [container, ...others] = await containersOf(flotilla, executionId, repository);
  if (container === undefined || others.length > 0)
    throw new Error(
      `${repository} has ${container === undefined ? 0 : others.length + 1} containers, not one`,
    );
  // Opening a pipe for writing waits for its reader.
  await execa('docker', ['exec', container, 'sh', '-c', 'echo >/tmp/turnstile'], { timeout: 20_000 });
}

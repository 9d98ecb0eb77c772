import { setTimeout as delay } from 'node:timers/promises';
import { findRunningPostgres } from './runningPostgres.ts';

/** How long a server may take to stop before it is killed. */
const stopMs = 10_000;
const lookMs = 20;

/**
 * Stops the embedded Postgres on a folder whose service could not do so itself, because it was killed. Does nothing where
 * none runs.
 */
export async function stopPostgres(folder: string): Promise<void> {
  const running = await findRunningPostgres(folder);
  if (running === undefined) return;
  // postgres(1): SIGINT is the fast shutdown, SIGQUIT the immediate one.
  process.kill(running.pid, 'SIGINT');
  const giveUpAt = performance.now() + stopMs;
  while ((await findRunningPostgres(folder))?.pid === running.pid) {
    if (performance.now() > giveUpAt) {
      process.kill(running.pid, 'SIGQUIT');
      return;
    }
    await delay(lookMs);
  }
}

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findRunningPostgres } from '../../service/src/db/embedded/runningPostgres.ts';

/** How long a server may take to stop before it is killed. */
const stopMs = 10_000;
const lookMs = 20;

/** Stops the embedded Postgres of a service that could not do so itself, because it was killed. */
export async function stopPostgres(dataFolder: string): Promise<void> {
  const folder = join(dataFolder, 'postgres');
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

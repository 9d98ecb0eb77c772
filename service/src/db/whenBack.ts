import { sleep } from '@flotilla/launcher/sleep';
import { isTransientDatabaseError } from './transientErrors.ts';

/** Between two tries, in milliseconds. */
const againMs = 100;

/**
 * The answer of a statement, repeated while the database is away, for at most `patienceMs`: of a read, or of a write that
 * changes nothing more when it took effect the first time. Throws what the last try threw, at once when it is no absence
 * or the signal has aborted.
 */
export async function whenBack<T>(
  ask: () => Promise<T>,
  { patienceMs, signal }: { readonly patienceMs: number; readonly signal: AbortSignal },
): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isTransientDatabaseError(error) || performance.now() > giveUpAt) throw error;
      if (!(await sleep(againMs, signal))) throw error;
    }
  }
}

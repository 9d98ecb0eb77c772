import type { Ended, Launched } from './launched.ts';

/** Named and coded as Node's own. */
class AbortError extends Error {
  readonly code = 'ABORT_ERR';

  constructor(signal: AbortSignal) {
    super('The program was ended, because nobody wants what it does any more', { cause: signal.reason });
    this.name = 'AbortError';
  }
}

/**
 * Waits until a program has ended and its output has been read, whatever goes wrong with either: who removes its folder
 * then does so under nobody. Throws an AbortError, or what reading failed with, which ends the program.
 */
export async function untilEnded(
  program: Launched,
  reading: Promise<unknown>,
  signal?: AbortSignal,
): Promise<Ended> {
  const [read, ended] = await Promise.allSettled([
    reading.catch((error: unknown) => {
      program.kill();
      throw error;
    }),
    program.ended,
  ]);
  if (signal?.aborted) throw new AbortError(signal);
  if (read.status === 'rejected') throw read.reason;
  if (ended.status === 'rejected') throw ended.reason;
  return ended.value;
}

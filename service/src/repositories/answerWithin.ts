import { unlessAborted } from '../unlessAborted.ts';

/**
 * What a host answers within so many milliseconds. Throws an Error whose message is the reason when it gives no answer by then, the
 * reason of `leaving` when that aborts, and what the host throws.
 */
export async function answerWithin<T>(
  ms: number,
  leaving: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const overdue = AbortSignal.timeout(ms);
  const signal = AbortSignal.any([leaving, overdue]);
  try {
    return await unlessAborted(ask(signal), signal);
  } catch (error) {
    leaving.throwIfAborted();
    if (!overdue.aborted) throw error;
    throw new Error(`it gave no answer for ${ms / 1000} s`, { cause: error });
  }
}

import { messageOf } from '@flotilla/shared/errors';
import { AttemptError } from '../../endings/attemptError.ts';
import { OutputCutOffError } from './demultiplex.ts';

const codes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/**
 * Waits for an answer of the engine. An engine that stops while it is asked is the machine's fault, and says nothing
 * about the user's Step: throws an AttemptError for it, and what the engine itself said as it is.
 */
export async function fromEngine<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw asEngineGone(error);
  }
}

/** As {@link fromEngine}, for what comes in parts. */
export async function* partsFromEngine<T>(parts: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = parts[Symbol.asyncIterator]();
  try {
    for (;;) {
      const part = await fromEngine(iterator.next());
      if (part.done === true) return;
      yield part.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** An error as what {@link fromEngine} throws for it. */
export function asEngineGone(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!codes.has(code) && !(error instanceof OutputCutOffError)) return error;
  return new AttemptError('sandbox', `The Docker Engine went away while the Job ran: ${messageOf(error)}.`, {
    cause: error,
  });
}

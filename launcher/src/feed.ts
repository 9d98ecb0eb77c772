import { once } from 'node:events';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What a program can be given to read. */
export type Input = string | Uint8Array | AsyncIterable<Uint8Array>;

const closedPipe: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

/**
 * Gives a program its standard input, to the end. A program may end before it has read everything, for example when the
 * first line is wrong; its exit code says so, and a source that gives nothing more is not waited for. One whose input breaks
 * off reads an end there. Without either nothing is done.
 */
export async function feed(stdin: Writable | undefined, input: Input | undefined): Promise<void> {
  if (stdin === undefined || input === undefined) return;
  if (stdin.destroyed) {
    // It ended before it was given anything.
    if (input instanceof Readable) input.destroy();
    return;
  }
  const whole = typeof input === 'string' || input instanceof Uint8Array;
  const closed = stdin.closed ? Promise.resolve() : once(stdin, 'close');
  const fed = pipeline(whole ? Readable.from([input]) : input, stdin);
  try {
    // A source that has failed has closed it too, and is heard first.
    await Promise.race([fed, closed.then(nextTurn, nextTurn)]);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (typeof code !== 'string' || !closedPipe.has(code)) throw error;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

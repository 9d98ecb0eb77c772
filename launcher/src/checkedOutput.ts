import { Duplex, pipeline, type Readable } from 'node:stream';
import type { Ended, Launched } from './launched.ts';

/**
 * The output of a program as a stream that fails instead of ending when the program failed, so that nobody takes a part for
 * the whole. The program is ended when the stream is closed before. `failureOf` says whether an end is a failure.
 */
export function checkedOutput(
  { output, ended, kill }: Launched,
  failureOf: (ended: Ended) => Error | undefined,
): Readable {
  const checked = Duplex.from(async function* (written: AsyncIterable<Buffer>) {
    try {
      yield* written;
    } catch (error) {
      // Its output is closed when it is ended: why that was says more.
      kill();
      throw failureOf(await ended) ?? error;
    }
    const failure = failureOf(await ended);
    if (failure !== undefined) throw failure;
  });
  // A program whose output was read to its end ends by itself: killed meanwhile, it would seem to have failed.
  pipeline(output, checked, (error) => {
    if (error) kill();
  });
  return checked;
}

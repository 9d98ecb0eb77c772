import { messageOf } from '@flotilla/shared/errors';
import type { Logger } from 'pino';
import { pause } from '../session/pause.ts';

/** Between two looks, in milliseconds: at least so long, and so many times as long as a look takes. */
const everyMs = 1000;
const shareOfLook = 10;

/**
 * Looks how much an Attempt has written, until the signal aborts, and says once when it is more than it may be. A look
 * takes at most a tenth of the time, also where there are many files.
 */
export async function watchDisk(watch: {
  readonly use: () => Promise<number>;
  readonly limitBytes: number;
  readonly onExceeded: (bytes: number) => void;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}): Promise<void> {
  let pauseMs = everyMs;
  while (await pause(pauseMs, watch.signal)) {
    const began = performance.now();
    try {
      const bytes = await watch.use();
      if (bytes > watch.limitBytes && !watch.signal.aborted) {
        watch.onExceeded(bytes);
        return;
      }
    } catch (error) {
      // The container may have ended meanwhile; a disk that is full stops the runner from claiming (machineHealth.ts).
      watch.logger.debug({ reason: messageOf(error) }, 'could not see how much an attempt has written');
    }
    pauseMs = Math.max(everyMs, (performance.now() - began) * shareOfLook);
  }
}

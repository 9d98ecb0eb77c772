import { sleep } from '@flotilla/launcher/sleep';
import { messageOf } from '@flotilla/shared/errors';
import type { Logger } from 'pino';
import type { AttemptDisk } from './attemptDisk.ts';

/** Between two looks, in milliseconds: at least so long, and so many times as long as a look takes. */
const everyMs = 1000;
const shareOfLook = 10;

/**
 * Looks how much an Attempt has written, until the signal aborts, and says once, in words, that it is more than it may be,
 * or more than the disk bears.
 * A look takes at most a tenth of the time, also where there are many files.
 */
export async function watchDisk(
  disk: AttemptDisk,
  watch: {
    /** The container that runs; undefined while none does. */
    readonly containerId: string | undefined;
    readonly onExceeded: (how: string) => void;
    /** Says why the Attempt has to go for the sake of all others; undefined while it need not. */
    readonly shortage: (bytes: number) => Promise<string | undefined>;
    readonly onShort: (why: string) => void;
    readonly logger: Logger;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  let pauseMs = everyMs;
  while (await sleep(pauseMs, watch.signal)) {
    const began = performance.now();
    try {
      const use = await disk.use(watch.containerId);
      const how = disk.exceeds(use);
      const why = await watch.shortage(use.bytes);
      if (watch.signal.aborted) return;
      if (how !== undefined) return watch.onExceeded(how);
      if (why !== undefined) return watch.onShort(why);
    } catch (error) {
      // The container may have ended meanwhile; a disk that is full stops the runner from claiming (machineHealth.ts).
      watch.logger.debug({ reason: messageOf(error) }, 'could not see how much an attempt has written');
    }
    pauseMs = Math.max(everyMs, (performance.now() - began) * shareOfLook);
  }
}

import { AttemptError } from '../../endings/attemptError.ts';
import type { Checkout } from '../../git/checkout.ts';
import { tooLargeFor } from '../../git/commitSize.ts';
import type { Attempt } from '../attempt/attempt.ts';
import { watchDisk } from '../attempt/diskWatch.ts';
import { fetchTarget } from './fetchTarget.ts';
import { mustBePulled } from './pinnedImage.ts';
import { prepareStep, type PreparedStep } from './prepareStep.ts';

/** What an Attempt has before it has a slot. */
export interface Prepared {
  readonly checkout: Checkout;
  /** Undefined when its image has to be pulled first. */
  readonly firstStep: PreparedStep | undefined;
}

/** Does all that an Attempt can do without a slot: its Target's files, and the container of its first Step. */
export async function prepare(attempt: Attempt): Promise<Prepared> {
  using _phase = attempt.phases.begin('fetch');
  const checkout = attempt.use(await fetchWithinDisk(attempt));
  const firstStep = (await mustBePulled(attempt, 0)) ? undefined : await prepareStep(attempt, checkout, 0);
  return { checkout, firstStep };
}

/** A commit's size is known before, but for what git makes of its line ends and encodings. */
async function fetchWithinDisk(attempt: Attempt): Promise<Checkout> {
  const { context, disk, folder, job, lease, log, logger } = attempt;
  const exceeded = new AbortController();
  let shortOf: string | undefined;
  const ended = new AbortController();
  void watchDisk(disk, {
    containerId: undefined,
    onExceeded: () => exceeded.abort(),
    shortage: (bytes) => context.shortage.endsWith(job.attemptId, bytes),
    onShort(why) {
      shortOf = why;
      exceeded.abort();
    },
    logger,
    signal: ended.signal,
  });
  try {
    return await fetchTarget({
      cache: context.objects,
      folder,
      serverUrl: context.config.serverUrl,
      job,
      disk,
      lease,
      log,
      signal: AbortSignal.any([lease.stopSignal, exceeded.signal]),
    });
  } catch (error) {
    if (shortOf !== undefined && !lease.stopSignal.aborted)
      throw new AttemptError('sandbox', shortOf, { cause: error });
    const isTooLarge = exceeded.signal.aborted || (await disk.exceedsAtOnce()) !== undefined;
    if (isTooLarge && !lease.stopSignal.aborted) throw tooLargeFor(job.baseRevision, disk.limitBytes);
    throw error;
  } finally {
    ended.abort();
  }
}

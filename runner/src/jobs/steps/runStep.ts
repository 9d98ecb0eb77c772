import { messageOf } from '@flotilla/shared/errors';
import { AttemptError } from '../../endings/attemptError.ts';
import { stopCauseOf } from '../../endings/stopCause.ts';
import type { Container, FinishedContainer } from '../../sandbox/container/container.ts';
import type { Attempt } from '../attempt/attempt.ts';
import { watchDisk } from '../attempt/diskWatch.ts';
import type { PreparedStep } from '../prepare/prepareStep.ts';

/** Above this a timer of Node's fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** How a Step ended. */
export interface FinishedStep extends FinishedContainer {
  /** The limit of its own for which it was stopped; undefined when it ended by itself or with its Attempt. */
  readonly limit: 'time' | 'disk' | undefined;
}

/**
 * Runs one Step and stores what it writes. When the Attempt has to stop, or the Step has used up its time or its disk,
 * the container gets SIGTERM, and SIGKILL after the grace; a fenced one is killed at once. `onOutputEnd` is called when it
 * has written its last, which is a moment before it ends. The container's removal has begun when this returns. Throws an
 * AttemptError when it was stopped because the machine's disk is short.
 */
export async function runStep(
  attempt: Attempt,
  index: number,
  { container }: PreparedStep,
  onOutputEnd: () => void,
): Promise<FinishedStep> {
  const { log, lease } = attempt;
  const limits = new StepLimits(attempt, index, container.id);
  const stopSignal = AbortSignal.any([lease.stopSignal, limits.signal]);
  const stop = () => void stopContainer(attempt, container);
  try {
    stopSignal.addEventListener('abort', stop, { once: true });
    if (stopSignal.aborted) stop();
    const running = await container.start();
    using _limits = limits.watch();
    for await (const { descriptor, data } of running.output) await log.write(index, descriptor, data);
    onOutputEnd();
    await limits.lookAtEnd();
    await log.endStep(index);
    const finished = await running.finished();
    if (limits.shortage !== undefined) throw new AttemptError('sandbox', limits.shortage);
    return { ...finished, limit: limits.exceeded };
  } finally {
    stopSignal.removeEventListener('abort', stop);
    attempt.containers.remove(container);
  }
}

/** Until it has stopped; whoever reads its output sees that, or that the engine did not do it. */
async function stopContainer({ lease, logger, session }: Attempt, container: Container): Promise<void> {
  const graceMs = stopCauseOf(lease.stopSignal) === 'fenced' ? 0 : session.hello.intervals.stopGraceMs;
  await container.stop(graceMs, (error) =>
    logger.warn({ reason: messageOf(error) }, 'a container could not be stopped; asking again'),
  );
}

/** The limits that a Step has beside its container's. */
class StepLimits {
  readonly #attempt: Attempt;
  readonly #index: number;
  readonly #containerId: string;
  readonly #exceeded = new AbortController();
  readonly #ended = new AbortController();
  exceeded: 'time' | 'disk' | undefined;
  /** Why it was stopped for want of disk that is not of its own doing, in a sentence. */
  shortage: string | undefined;

  constructor(attempt: Attempt, index: number, containerId: string) {
    this.#attempt = attempt;
    this.#index = index;
    this.#containerId = containerId;
  }

  /** Aborts when a limit is exceeded. */
  get signal(): AbortSignal {
    return this.#exceeded.signal;
  }

  watch(): Disposable {
    const { context, disk, job, logger } = this.#attempt;
    const { timeoutSeconds } = this.#attempt.step(this.#index);
    const timer =
      timeoutSeconds === null
        ? undefined
        : setTimeout(() => this.#exceed('time'), Math.min(timeoutSeconds * 1000, longestTimerMs));
    void watchDisk(disk, {
      containerId: this.#containerId,
      onExceeded: (how) => this.#exceedDisk(how),
      shortage: (bytes) => context.shortage.endsWith(job.attemptId, bytes),
      onShort: (why) => {
        this.shortage = why;
        this.#exceeded.abort('shortage');
      },
      logger,
      signal: this.#ended.signal,
    });
    return {
      [Symbol.dispose]: () => {
        clearTimeout(timer);
        this.#ended.abort();
      },
    };
  }

  /** For a Step that has written its last: what it was refused at its disk's end, it may have been before a look. */
  async lookAtEnd(): Promise<void> {
    const how = await this.#attempt.disk.exceedsAtOnce();
    if (how !== undefined && this.exceeded === undefined) this.#exceedDisk(how);
  }

  #exceedDisk(how: string): void {
    const { log, logger } = this.#attempt;
    log
      .notice(`[the job ${how}; it is stopped]`, this.#index)
      .catch((error: unknown) => logger.debug({ err: error }, 'a notice was not written'));
    this.#exceed('disk');
  }

  #exceed(limit: 'time' | 'disk'): void {
    if (this.#attempt.lease.stopSignal.aborted) return;
    this.exceeded ??= limit;
    this.#exceeded.abort(limit);
  }
}

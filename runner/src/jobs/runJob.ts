import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import { describeOutcome, type Outcome } from '@flotilla/shared/lifecycle/outcome';
import type { ClaimedJob, FinishInput } from '@flotilla/shared/protocol/runnerMessages';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Checkout } from '../git/checkout.ts';
import { takeSnapshot, type Snapshot } from '../git/snapshot.ts';
import { AttemptLog } from '../logs/attemptLog.ts';
import { Uploader } from '../logs/uploader.ts';
import { resolveImage } from '../sandbox/image.ts';
import { labelsOf } from '../sandbox/labels.ts';
import { attemptsFolder, noteImage, removeAttemptFolder, workFolder } from '../sandbox/attemptFolder.ts';
import { takeBack } from '../sandbox/takeBack.ts';
import type { Lease } from '../session/lease.ts';
import type { RunningSession } from '../session/session.ts';
import { FencedError, untilAnswered } from '../session/untilAnswered.ts';
import { AttemptError, stopCauseOf } from './attemptError.ts';
import { fetchTarget } from './fetchTarget.ts';
import { finishAttempt } from './finishAttempt.ts';
import { runStep } from './runStep.ts';
import { StepTracker } from './stepTracker.ts';

export interface JobContext {
  readonly docker: Docker;
  readonly config: Config;
  readonly runnerName: string;
  readonly logger: Logger;
}

/** Above this a timer of Node's fires at once. */
const longestTimerMs = 2 ** 31 - 1;
/** How long giving an Attempt back may take; after it the end of its lease does the same. */
const releaseMs = 10_000;

/** What the Steps of an Attempt came to. */
interface Result {
  readonly outcome: Outcome;
  readonly snapshot: Snapshot | null;
}

/**
 * Runs a Job to its end and tells the service. Never rejects. Whatever happens, the Attempt's containers and folder are
 * gone afterwards; when the lease is over nothing more is sent, and the service gives the Job to another Attempt.
 */
export async function runJob(
  context: JobContext,
  job: ClaimedJob,
  lease: Lease,
  session: RunningSession,
): Promise<void> {
  const logger = context.logger.child({
    attemptId: job.attemptId,
    jobId: job.jobId,
    repository: job.repository,
  });
  const started = performance.now();
  const timeoutMs = Math.min(job.timeoutSeconds * 1000, longestTimerMs);
  const deadline = setTimeout(() => lease.stop('timedOut'), timeoutMs);
  const attempt = new AttemptWork(context, job, lease, session);
  try {
    const outcome = await attempt.run();
    const seconds = (performance.now() - started) / 1000;
    logger.info({ outcome: outcome.kind, seconds, detail: describeOutcome(outcome) }, 'attempt ended');
  } catch (error) {
    const over = error instanceof FencedError || lease.signal.aborted;
    if (over) logger.warn({ cause: stopCauseOf(lease.stopSignal) }, 'attempt given up');
    else logger.error({ err: error }, 'attempt failed; its lease will end');
  } finally {
    clearTimeout(deadline);
    await attempt
      .cleanUp()
      .catch((error: unknown) =>
        logger.error({ err: error }, 'the folder of an attempt remains; it is removed later'),
      );
  }
}

class AttemptWork {
  readonly #context: JobContext;
  readonly #job: ClaimedJob;
  readonly #lease: Lease;
  readonly #session: RunningSession;
  readonly #folder: string;
  readonly #upload: Uploader;
  readonly #log: AttemptLog;
  readonly #steps: StepTracker;
  #lastImage: string | undefined;

  constructor(context: JobContext, job: ClaimedJob, lease: Lease, session: RunningSession) {
    this.#context = context;
    this.#job = job;
    this.#lease = lease;
    this.#session = session;
    this.#folder = join(attemptsFolder(context.config.stateFolder), String(job.attemptId));
    this.#upload = new Uploader(context.config.serverUrl, lease, 'log');
    this.#log = new AttemptLog(this.#upload, session.hello.limits.logBytes);
    this.#steps = new StepTracker(job.steps, (steps) =>
      // For people who watch: the container does not wait for it, and finish says it all again.
      session.service
        .progress(this.#leaseRef(), steps)
        .catch((error: unknown) => context.logger.debug({ err: error }, 'progress was not reported')),
    );
  }

  async run(): Promise<Outcome> {
    try {
      return await this.#finish(await this.#work());
    } catch (error) {
      if (this.#lease.signal.reason === 'released') await this.#release();
      throw error;
    }
  }

  async #finish(result: Result): Promise<Outcome> {
    this.#lease.signal.throwIfAborted();
    await this.#log.notice(lastLine(result.outcome));
    await this.#log.end();
    await this.#upload.flush();
    const input = this.#finishInput(result);
    await finishAttempt(this.#session.service, this.#lease, input);
    return result.outcome;
  }

  /** Gives the Attempt back, now that its container is gone. */
  async #release(): Promise<void> {
    const { service } = this.#session;
    await untilAnswered(this.#lease, AbortSignal.timeout(releaseMs), (ref) => service.release(ref));
  }

  /** Removes the work tree. The containers are removed by who started them. */
  async cleanUp(): Promise<void> {
    const { docker, config, runnerName } = this.#context;
    await removeAttemptFolder(docker, this.#folder, {
      limits: config.limits,
      labels: labelsOf({ runnerName, attemptId: this.#job.attemptId, jobId: this.#job.jobId }),
    });
  }

  async #work(): Promise<Result> {
    try {
      const checkout = await fetchTarget({
        folder: this.#folder,
        serverUrl: this.#context.config.serverUrl,
        job: this.#job,
        lease: this.#lease,
        log: this.#log,
      });
      const failed = await this.#runSteps(checkout);
      if (failed !== undefined) return { outcome: failed, snapshot: null };
      if (this.#lastImage !== undefined) await this.#takeBack(this.#lastImage);
      const snapshot = await takeSnapshot(this.#folder, checkout, this.#lease.stopSignal);
      await this.#log.notice(snapshot === null ? 'Nothing changed' : `Patch of ${snapshot.length} bytes`);
      if (snapshot !== null) await this.#uploadPatch(snapshot);
      return { outcome: { kind: 'succeeded' }, snapshot };
    } catch (error) {
      if (error instanceof FencedError) throw error;
      const outcome = this.#stopped() ?? errored(error, this.#steps.running);
      this.#steps.endRunning(outcome.kind);
      return { outcome, snapshot: null };
    }
  }

  /** Runs the Steps in order. Undefined when all succeeded; else how the Attempt ends. */
  async #runSteps(checkout: Checkout): Promise<Outcome | undefined> {
    const job = this.#job;
    for (const [index, step] of job.steps.entries()) {
      const stopped = this.#stopped();
      if (stopped !== undefined) return stopped;
      const imageDigest = await this.#pinnedImage(step.image, step.pinnedImage, index);
      this.#lastImage = imageDigest;
      await noteImage(this.#folder, imageDigest);
      await this.#log.notice(
        `Step ${index + 1} of ${job.steps.length}: ${[step.image, ...step.args].join(' ')}`,
        index,
      );
      this.#steps.start(index, imageDigest);
      const finished = await runStep(
        {
          docker: this.#context.docker,
          job,
          checkout,
          log: this.#log,
          limits: this.#context.config.limits,
          labels: labelsOf({
            runnerName: this.#context.runnerName,
            attemptId: job.attemptId,
            jobId: job.jobId,
            step: index,
          }),
          cacheFolder: join(this.#context.config.stateFolder, 'caches'),
          stopGraceMs: this.#session.hello.intervals.stopGraceMs,
          logger: this.#context.logger,
          signal: this.#lease.stopSignal,
        },
        index,
        step,
        imageDigest,
      );
      const cause = this.#stopped();
      if (cause !== undefined) {
        this.#steps.end(index, cause.kind === 'timedOut' ? 'timedOut' : 'cancelled', finished.exitCode);
        return cause;
      }
      const lastLine = this.#log.takeLastErrorLine();
      if (finished.exitCode !== 0 || finished.outOfMemory) {
        this.#steps.end(index, 'failed', finished.exitCode);
        return {
          kind: 'failed',
          step: index,
          exitCode: finished.exitCode,
          outOfMemory: finished.outOfMemory,
          outOfDisk: false,
          lastLine,
        };
      }
      this.#steps.end(index, 'succeeded', 0);
    }
    return undefined;
  }

  /** The image of a Step, as this Execution means it: the first Attempt that resolves a name decides for all. */
  async #pinnedImage(image: string, pinned: string | null, step: number): Promise<string> {
    const { docker } = this.#context;
    const report = (line: string) => this.#log.notice(line, step);
    const digest = await resolveImage(docker, pinned ?? image, report, this.#lease.stopSignal);
    if (pinned !== null) return digest;
    const { service } = this.#session;
    const winner = await untilAnswered(this.#lease, this.#lease.stopSignal, (ref) =>
      service.pinImage(ref, image, digest),
    );
    return winner === digest ? digest : resolveImage(docker, winner, report, this.#lease.stopSignal);
  }

  async #takeBack(image: string): Promise<void> {
    const { docker, config, runnerName } = this.#context;
    await takeBack(docker, {
      folder: workFolder(this.#folder),
      image,
      limits: config.limits,
      labels: labelsOf({ runnerName, attemptId: this.#job.attemptId, jobId: this.#job.jobId }),
    });
  }

  async #uploadPatch(snapshot: Snapshot): Promise<void> {
    const upload = new Uploader(this.#context.config.serverUrl, this.#lease, 'patch');
    for await (const chunk of createReadStream(snapshot.path)) await upload.write(chunk as Buffer);
    await upload.flush();
  }

  /** How the Attempt ends when it was told to stop; undefined while it was not. */
  #stopped(): Outcome | undefined {
    const step = this.#steps.running;
    switch (stopCauseOf(this.#lease.stopSignal)) {
      case undefined:
        return undefined;
      case 'timedOut':
        return { kind: 'timedOut', step, seconds: this.#job.timeoutSeconds, limit: 'job' };
      case 'cancelled':
        return { kind: 'cancelled', step };
      case 'fenced':
      case 'released':
        throw new FencedError();
    }
  }

  #finishInput({ outcome, snapshot }: Result): Omit<FinishInput, 'attemptId' | 'leaseToken'> {
    return {
      outcome,
      steps: [...this.#steps.steps],
      phases: [],
      logLength: this.#upload.length,
      streams: this.#log.streamHashes(),
      logLimitReached: this.#log.limitReached,
      patch:
        snapshot === null ? null : { length: snapshot.length, sha256: snapshot.sha256, tree: snapshot.tree },
    };
  }

  #leaseRef() {
    return { attemptId: this.#lease.attemptId, leaseToken: this.#lease.token };
  }
}

/** An exception as an outcome: what we know the cause of keeps it, anything else is ours. */
function errored(error: unknown, step: number | null): Outcome {
  const known = error instanceof AttemptError;
  const message = known ? error.message : `The runner could not go on: ${messageOf(error)}.`;
  const fromEngine = error instanceof Error && 'statusCode' in error;
  const reason = known ? error.reason : fromEngine ? 'sandbox' : 'internal';
  return { kind: 'errored', reason, message: message.slice(0, 2000), step };
}

/** How a log ends. */
function lastLine(outcome: Outcome): string {
  const description = describeOutcome(outcome);
  return outcome.kind === 'failed' || outcome.kind === 'errored'
    ? `Job ${outcome.kind}: ${description}`
    : `Job ${description}`;
}

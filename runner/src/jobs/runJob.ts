import { describeOutcome, type Outcome } from '@flotilla/shared/lifecycle/outcome';
import type { ClaimedJob } from '@flotilla/shared/protocol/runnerMessages';
import { removeAttemptFolder } from '../sandbox/attemptFolder.ts';
import type { Lease } from '../session/lease.ts';
import type { RunningSession } from '../session/session.ts';
import { FencedError, untilAnswered } from '../session/untilAnswered.ts';
import { Attempt, type JobContext } from './attempt.ts';
import { stopCauseOf } from './attemptError.ts';
import { fetchTarget } from './fetchTarget.ts';
import { finishAttempt, type Result } from './finishAttempt.ts';
import { errored } from './outcomes.ts';
import { runSteps } from './runSteps.ts';
import { sendPatch } from './sendPatch.ts';

/** Above this a timer of Node's fires at once. */
const longestTimerMs = 2 ** 31 - 1;
/** How long giving an Attempt back may take; after it the end of its lease does the same. */
const releaseMs = 10_000;

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
  const started = performance.now();
  const timeoutMs = Math.min(job.timeoutSeconds * 1000, longestTimerMs);
  const deadline = setTimeout(() => lease.stop('timedOut'), timeoutMs);
  const attempt = new Attempt(context, job, lease, session);
  const { logger } = attempt;
  try {
    const outcome = await toItsEnd(attempt);
    const seconds = (performance.now() - started) / 1000;
    logger.info({ outcome: outcome.kind, seconds, detail: describeOutcome(outcome) }, 'attempt ended');
  } catch (error) {
    const over = error instanceof FencedError || lease.signal.aborted;
    if (over) logger.warn({ cause: stopCauseOf(lease.stopSignal) }, 'attempt given up');
    else logger.error({ err: error }, 'attempt failed; its lease will end');
  } finally {
    clearTimeout(deadline);
    await removeFolder(attempt).catch((error: unknown) =>
      logger.error({ err: error }, 'the folder of an attempt remains; it is removed later'),
    );
  }
}

async function toItsEnd(attempt: Attempt): Promise<Outcome> {
  try {
    const result = await work(attempt);
    await finishAttempt(attempt, result);
    return result.outcome;
  } catch (error) {
    if (attempt.lease.signal.reason === 'released') await release(attempt);
    throw error;
  }
}

async function work(attempt: Attempt): Promise<Result> {
  const { context, folder, job, lease, log, steps } = attempt;
  try {
    const { serverUrl } = context.config;
    const checkout = await fetchTarget({ folder, serverUrl, job, lease, log });
    const failed = await runSteps(attempt, checkout);
    if (failed !== undefined) return { outcome: failed, snapshot: null };
    const snapshot = await sendPatch(attempt, checkout);
    return { outcome: { kind: 'succeeded' }, snapshot };
  } catch (error) {
    if (error instanceof FencedError) throw error;
    const outcome = attempt.stopped() ?? errored(error, steps.running);
    steps.endRunning(outcome.kind);
    return { outcome, snapshot: null };
  }
}

/** Gives the Attempt back, now that its container is gone. */
async function release({ lease, session }: Attempt): Promise<void> {
  await untilAnswered(lease, AbortSignal.timeout(releaseMs), (ref) => session.service.release(ref));
}

/** Removes the work tree. The containers are removed by who started them. */
async function removeFolder(attempt: Attempt): Promise<void> {
  const { docker, config } = attempt.context;
  await removeAttemptFolder(docker, attempt.folder, { limits: config.limits, labels: attempt.labels() });
}

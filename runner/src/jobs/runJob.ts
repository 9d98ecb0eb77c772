import { describeOutcome, type Outcome } from '@flotilla/shared/lifecycle/outcome';
import type { ClaimedJob } from '@flotilla/shared/protocol/runnerMessages';
import { makeSpoolFolder, removeAttemptFolder } from '../sandbox/attemptFolder.ts';
import type { Lease } from '../session/lease.ts';
import type { RunningSession } from '../session/session.ts';
import type { Place } from '../session/slots.ts';
import { FencedError, untilAnswered } from '../session/untilAnswered.ts';
import { Attempt, type JobContext } from './attempt.ts';
import { stopCauseOf } from './attemptError.ts';
import { finishAttempt, type Result } from './finishAttempt.ts';
import { errored } from './outcomes.ts';
import { prepare, type Prepared } from './prepare.ts';
import { runSteps } from './runSteps.ts';
import { sendPatch } from './sendPatch.ts';

/** How long giving an Attempt back may take; after it the end of its lease does the same. */
const releaseMs = 10_000;

/**
 * Runs a Job to its end and tells the service. Never rejects. It prepares the Attempt at once and waits for a slot of
 * the runner before it starts a container; the slot is passed on when the last container has written its last. Whatever happens,
 * the Attempt's containers and folder are gone afterwards; when the lease is over nothing more is sent, and the service
 * gives the Job to another Attempt.
 */
export async function runJob(
  context: JobContext,
  job: ClaimedJob,
  lease: Lease,
  session: RunningSession,
  place: Place,
): Promise<void> {
  const started = performance.now();
  using attempt = new Attempt(context, job, lease, session);
  const { logger } = attempt;
  try {
    const outcome = await toItsEnd(attempt, place);
    const seconds = Math.round(performance.now() - started) / 1000;
    logger.info({ outcome: outcome.kind, seconds, detail: describeOutcome(outcome) }, 'attempt ended');
  } catch (error) {
    const over = error instanceof FencedError || lease.signal.aborted;
    if (over) logger.warn({ cause: stopCauseOf(lease.stopSignal) }, 'attempt given up');
    else logger.error({ err: error }, 'attempt failed; its lease will end');
  } finally {
    await attempt.containers.removeAll();
    await removeFolder(attempt).catch((error: unknown) =>
      logger.error({ err: error }, 'the folder of an attempt remains; it is removed later'),
    );
  }
}

async function toItsEnd(attempt: Attempt, place: Place): Promise<Outcome> {
  try {
    const result = await work(attempt, place);
    await finishAttempt(attempt, result);
    return result.outcome;
  } catch (error) {
    if (attempt.lease.signal.reason === 'released') await release(attempt);
    throw error;
  }
}

async function work(attempt: Attempt, place: Place): Promise<Result> {
  try {
    // Its time begins with its slot; until then it limits the preparation alone.
    attempt.startTime();
    await makeSpoolFolder(attempt.folder);
    await attempt.note();
    const prepared = await prepare(attempt);
    await takeSlot(attempt, place);
    const failed = await inSlot(attempt, place, prepared);
    if (failed !== undefined) return { outcome: failed, snapshot: null };
    const snapshot = await sendPatch(attempt, prepared.checkout);
    return { outcome: { kind: 'succeeded' }, snapshot };
  } catch (error) {
    if (error instanceof FencedError) throw error;
    const outcome = attempt.stopped() ?? errored(error, attempt.steps.running, attempt.mask);
    attempt.steps.endRunning(outcome.kind);
    return { outcome, snapshot: null };
  } finally {
    place.leave();
  }
}

/** Throws a {@link FencedError} when no slot came free: the Attempt is given back, and another runner may take the Job. */
async function takeSlot(attempt: Attempt, place: Place): Promise<void> {
  using _phase = attempt.phases.begin('wait');
  if (await place.take(attempt.lease.stopSignal)) return;
  attempt.lease.stop('released');
  throw new FencedError();
}

async function inSlot(
  attempt: Attempt,
  place: Place,
  { checkout, firstStep }: Prepared,
): Promise<Outcome | undefined> {
  try {
    attempt.startTime();
    // The service counts the Job's time from the first report. A Step that can start at once is about to make one.
    if (firstStep === undefined) attempt.steps.report();
    using _phase = attempt.phases.begin('steps');
    return await runSteps(attempt, checkout, firstStep, () => place.pass());
  } finally {
    place.leave();
  }
}

/** Gives the Attempt back, now that its containers are gone. */
async function release({ containers, lease, session }: Attempt): Promise<void> {
  await containers.removeAll();
  await untilAnswered(lease, AbortSignal.timeout(releaseMs), (ref) => session.service.release(ref));
}

/** Removes the work tree and the spool. */
async function removeFolder(attempt: Attempt): Promise<void> {
  const { docker, config } = attempt.context;
  await attempt.upload[Symbol.asyncDispose]();
  await removeAttemptFolder(docker, attempt.folder, { limits: config.limits, labels: attempt.labels() });
}

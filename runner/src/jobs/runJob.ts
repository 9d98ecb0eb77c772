import { describeOutcome } from '@flotilla/shared/lifecycle/describeOutcome';
import type { Outcome } from '@flotilla/shared/lifecycle/outcome';
import type { ClaimedJob } from '@flotilla/shared/protocol/runnerMessages';
import { stopCauseOf } from '../endings/stopCause.ts';
import { makeSpoolFolder, removeAttemptFolder } from '../sandbox/folders/attemptFolder.ts';
import type { Lease } from '../session/lease.ts';
import type { RunningSession } from '../session/runningSession.ts';
import type { Place } from '../session/slots.ts';
import { FencedError } from '../session/untilAnswered.ts';
import { Attempt, type JobContext } from './attempt.ts';
import { finishAttempt, type Result } from './finishAttempt.ts';
import { boundedRelease, giveBack } from './giveBack.ts';
import { errored } from './outcomes.ts';
import { prepare, type Prepared } from './prepare.ts';
import { runSteps } from './runSteps.ts';
import { sendPatch } from './sendPatch.ts';

/**
 * Runs a Job to its end and tells the service. Never rejects. It prepares the Attempt at once and waits for a slot of
 * the runner before it starts a container; the slot is passed on when the last container has written its last. Whatever happens,
 * the Attempt's containers are gone afterwards; when the lease is over nothing more is sent, and the service gives the
 * Job to another Attempt. Its folder is gone too, unless the runner stops and the service did not hear of it: returns
 * `kept` then, and the next process sends the log.
 */
export async function runJob(
  context: JobContext,
  job: ClaimedJob,
  lease: Lease,
  session: RunningSession,
  place: Place,
): Promise<'gone' | 'kept'> {
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
  }
  await attempt.containers.removeAll();
  await attempt.upload[Symbol.asyncDispose]().catch((error: unknown) =>
    logger.error({ err: error }, 'the spool of an attempt could not be closed'),
  );
  if (lease.signal.reason === 'released' && attempt.hasBegun) return 'kept';
  await removeFolder(attempt).catch((error: unknown) =>
    logger.error({ err: error }, 'the folder of an attempt remains; it is removed later'),
  );
  return 'gone';
}

async function toItsEnd(attempt: Attempt, place: Place): Promise<Outcome> {
  const result = await work(attempt, place);
  using _bound = boundedRelease(attempt.lease);
  if (result === 'stopped') {
    await giveBack(attempt);
    throw new FencedError();
  }
  await finishAttempt(attempt, result);
  return result.outcome;
}

/** `stopped` when its work was, to give the Attempt back. */
async function work(attempt: Attempt, place: Place): Promise<Result | 'stopped'> {
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
    if (stopCauseOf(attempt.lease.stopSignal) === 'released' && !attempt.lease.signal.aborted)
      return 'stopped';
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

/** Removes the work tree and the spool. */
async function removeFolder(attempt: Attempt): Promise<void> {
  const { docker, config } = attempt.context;
  await removeAttemptFolder(docker, attempt.folder, { config, labels: attempt.labels() });
}

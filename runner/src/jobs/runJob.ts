import { describeOutcome } from '@flotilla/shared/lifecycle/describeOutcome';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import type { Ending } from '../endings/ending.ts';
import { stopCauseOf } from '../endings/stopCause.ts';
import type { Snapshot } from '../git/snapshot.ts';
import { makeSpoolFolder, removeAttemptFolder } from '../sandbox/folders/attemptFolder.ts';
import type { Lease } from '../session/lease.ts';
import type { RunningSession } from '../session/runningSession.ts';
import type { Place } from '../session/slots.ts';
import { FencedError } from '../session/untilAnswered.ts';
import { Attempt, type JobContext } from './attempt/attempt.ts';
import { finishAttempt } from './end/finishAttempt.ts';
import { boundedRelease, giveBack } from './end/giveBack.ts';
import { errored } from './end/outcomes.ts';
import { sendPatch } from './end/sendPatch.ts';
import { prepare, type Prepared } from './prepare/prepare.ts';
import { runSteps } from './steps/runSteps.ts';

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
  const ending = await toItsEnd(attempt, place).catch((error: unknown) => {
    if (error instanceof FencedError || lease.signal.aborted) return { kind: 'fenced' } as const;
    logger.error({ err: error }, 'attempt failed; its lease will end');
    return undefined;
  });
  if (ending !== undefined) say(ending, attempt, Math.round(performance.now() - started) / 1000);
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

function say(ending: Ending, { lease, logger }: Attempt, seconds: number): void {
  if (ending.kind === 'ended') {
    const { outcome } = ending;
    logger.info({ outcome: outcome.kind, seconds, detail: describeOutcome(outcome) }, 'attempt ended');
  } else if (ending.kind === 'released') logger.info({ seconds }, 'attempt given back');
  else logger.warn({ cause: stopCauseOf(lease.stopSignal) }, 'attempt given up');
}

/** Works, and tells the service what that came to. Throws what {@link finishAttempt} and {@link giveBack} do. */
async function toItsEnd(attempt: Attempt, place: Place): Promise<Ending> {
  const { ending, snapshot } = await work(attempt, place);
  using _bound = boundedRelease(attempt.lease);
  if (attempt.lease.signal.aborted) return { kind: 'fenced' };
  if (ending.kind === 'released') await giveBack(attempt);
  else if (ending.kind === 'ended') await finishAttempt(attempt, { outcome: ending.outcome, snapshot });
  return ending;
}

interface Work {
  readonly ending: Ending;
  /** Of an Attempt that succeeded and changed something. */
  readonly snapshot: Snapshot | null;
}

async function work(attempt: Attempt, place: Place): Promise<Work> {
  try {
    // Its time begins with its slot; until then it limits the preparation alone.
    attempt.startTime();
    await makeSpoolFolder(attempt.folder);
    await attempt.note();
    const prepared = await prepare(attempt);
    const stopped = (await takeSlot(attempt, place)) ?? (await inSlot(attempt, place, prepared));
    if (stopped !== undefined) return { ending: stopped, snapshot: null };
    const snapshot = await sendPatch(attempt, prepared.checkout);
    return { ending: { kind: 'ended', outcome: { kind: 'succeeded' } }, snapshot };
  } catch (error) {
    const ending = endingAfter(error, attempt);
    if (ending.kind === 'ended') attempt.steps.endRunning(ending.outcome.kind);
    return { ending, snapshot: null };
  } finally {
    place.leave();
  }
}

/** What an Attempt comes to whose work threw: what stopped it explains whatever came of that. */
function endingAfter(error: unknown, attempt: Attempt): Ending {
  const stopped = attempt.stopped();
  if (stopped?.kind === 'released') return stopped;
  if (error instanceof FencedError) return { kind: 'fenced' };
  return stopped ?? { kind: 'ended', outcome: errored(error, attempt.steps.running, attempt.mask) };
}

/** Undefined with a slot. When none came free the Attempt is given back, and another runner may take the Job. */
async function takeSlot(attempt: Attempt, place: Place): Promise<Ending | undefined> {
  using _phase = attempt.phases.begin('wait');
  if (!(await place.take(attempt.lease.stopSignal))) attempt.lease.stop('released');
  return attempt.stopped();
}

async function inSlot(
  attempt: Attempt,
  place: Place,
  { checkout, firstStep }: Prepared,
): Promise<Ending | undefined> {
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

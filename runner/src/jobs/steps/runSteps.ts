import type { Outcome } from '@flotilla/shared/lifecycle/outcome';
import type { Ending } from '../../endings/ending.ts';
import type { Checkout } from '../../git/checkout.ts';
import { workFolder } from '../../sandbox/folders/attemptFolder.ts';
import { takeBack } from '../../sandbox/folders/takeBack.ts';
import { disarm } from '../../trees/disarm.ts';
import type { Attempt } from '../attempt/attempt.ts';
import { prepareStep, type PreparedStep } from '../prepare/prepareStep.ts';
import { runStep, type FinishedStep } from './runStep.ts';

/**
 * Runs the Steps of an Attempt in order and gives the work tree back to the runner's user. Undefined when all
 * succeeded; else what the Attempt comes to. `first` is the first Step when it was prepared ahead. `onLastOutputEnd` is called
 * when the last Step has written its last.
 */
export async function runSteps(
  attempt: Attempt,
  checkout: Checkout,
  first: PreparedStep | undefined,
  onLastOutputEnd: () => void,
): Promise<Ending | undefined> {
  let image: string | undefined;
  for (const index of attempt.job.steps.keys()) {
    const stopped = attempt.stopped();
    if (stopped !== undefined) return stopped;
    const prepared = (index === 0 ? first : undefined) ?? (await prepareStep(attempt, checkout, index));
    image = prepared.imageDigest;
    const isLast = index === attempt.job.steps.length - 1;
    const onOutputEnd = isLast ? onLastOutputEnd : () => undefined;
    const ended = await runOne(attempt, checkout, index, prepared, onOutputEnd);
    if (ended !== undefined) return ended;
    // After the last one the snapshot does it, and a work tree without one goes at once.
    if (!isLast) await disarm(checkout.workTree);
  }
  if (image !== undefined) {
    const { docker, config } = attempt.context;
    const folder = workFolder(attempt.folder);
    await takeBack(docker, folder, { image, config, labels: attempt.labels() });
  }
  return undefined;
}

async function runOne(
  attempt: Attempt,
  checkout: Checkout,
  index: number,
  prepared: PreparedStep,
  onOutputEnd: () => void,
): Promise<Ending | undefined> {
  const { job, log, steps } = attempt;
  const { image, args } = attempt.step(index);
  await log.beginStep(index, `Step ${index + 1} of ${job.steps.length}: ${[image, ...args].join(' ')}`);
  steps.start(index, prepared.imageDigest);
  const finished = await runStep(attempt, index, prepared, onOutputEnd);
  const ending = attempt.stopped() ?? endingOf(attempt, index, finished);
  // Of a Step that was stopped to be given back, or is nobody's, there is nothing to say.
  if (ending === undefined || ending.kind === 'ended')
    steps.end(index, ending?.outcome.kind ?? 'succeeded', finished.exitCode);
  return ending;
}

/** What a Step that was not stopped with its Attempt makes of that; undefined when it succeeded. */
function endingOf(attempt: Attempt, step: number, finished: FinishedStep): Ending | undefined {
  const outcome = outcomeOf(attempt, step, finished);
  return outcome && { kind: 'ended', outcome };
}

/** How a Step ended by itself or at a limit of its own; undefined when it succeeded. */
function outcomeOf(attempt: Attempt, step: number, finished: FinishedStep): Outcome | undefined {
  const lastLine = attempt.log.takeLastErrorLine();
  const { exitCode, outOfMemory, limit } = finished;
  if (limit === 'time')
    return { kind: 'timedOut', step, seconds: attempt.step(step).timeoutSeconds ?? 0, limit: 'step' };
  const outOfDisk = limit === 'disk';
  if (exitCode === 0 && !outOfMemory && !outOfDisk) return undefined;
  return { kind: 'failed', step, exitCode, outOfMemory, outOfDisk, lastLine };
}

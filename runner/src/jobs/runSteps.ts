import { join } from 'node:path';
import type { Outcome } from '@flotilla/shared/lifecycle/outcome';
import type { Checkout } from '../git/checkout.ts';
import { noteImage, workFolder } from '../sandbox/attemptFolder.ts';
import { takeBack } from '../sandbox/takeBack.ts';
import type { Attempt } from './attempt.ts';
import { pinnedImage } from './pinnedImage.ts';
import { runStep } from './runStep.ts';

/**
 * Runs the Steps of an Attempt in order and gives the work tree back to the runner's user. Undefined when all
 * succeeded; else how the Attempt ends.
 */
export async function runSteps(attempt: Attempt, checkout: Checkout): Promise<Outcome | undefined> {
  let lastImage: string | undefined;
  for (const index of attempt.job.steps.keys()) {
    const stopped = attempt.stopped();
    if (stopped !== undefined) return stopped;
    lastImage = await pinnedImage(attempt, index);
    const ended = await runOne(attempt, checkout, index, lastImage);
    if (ended !== undefined) return ended;
  }
  if (lastImage !== undefined) {
    const { docker, config } = attempt.context;
    const folder = workFolder(attempt.folder);
    await takeBack(docker, { folder, image: lastImage, limits: config.limits, labels: attempt.labels() });
  }
  return undefined;
}

async function runOne(
  attempt: Attempt,
  checkout: Checkout,
  index: number,
  imageDigest: string,
): Promise<Outcome | undefined> {
  const { context, job, log, steps } = attempt;
  const step = job.steps[index];
  if (step === undefined) throw new Error(`a Job of ${job.steps.length} Steps has none at ${index}`);
  await noteImage(attempt.folder, imageDigest);
  await log.notice(
    `Step ${index + 1} of ${job.steps.length}: ${[step.image, ...step.args].join(' ')}`,
    index,
  );
  steps.start(index, imageDigest);
  const finished = await runStep(
    {
      docker: context.docker,
      job,
      checkout,
      log,
      limits: context.config.limits,
      labels: attempt.labels(index),
      cacheFolder: join(context.config.stateFolder, 'caches'),
      stopGraceMs: attempt.session.hello.intervals.stopGraceMs,
      logger: context.logger,
      signal: attempt.lease.stopSignal,
    },
    index,
    step,
    imageDigest,
  );
  const cause = attempt.stopped();
  if (cause !== undefined) {
    steps.end(index, cause.kind === 'timedOut' ? 'timedOut' : 'cancelled', finished.exitCode);
    return cause;
  }
  const lastLine = log.takeLastErrorLine();
  if (finished.exitCode !== 0 || finished.outOfMemory) {
    steps.end(index, 'failed', finished.exitCode);
    return {
      kind: 'failed',
      step: index,
      exitCode: finished.exitCode,
      outOfMemory: finished.outOfMemory,
      outOfDisk: false,
      lastLine,
    };
  }
  steps.end(index, 'succeeded', 0);
  return undefined;
}

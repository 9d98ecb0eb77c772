import { resolveImage } from '../sandbox/image.ts';
import { untilAnswered } from '../session/untilAnswered.ts';
import type { Attempt } from './attempt.ts';

/** The image of a Step, as this Execution means it: the first Attempt that resolves a name decides for all. */
export async function pinnedImage(attempt: Attempt, index: number): Promise<string> {
  const { context, job, lease, log, session } = attempt;
  const step = job.steps[index];
  if (step === undefined) throw new Error(`a Job of ${job.steps.length} Steps has none at ${index}`);
  const { image, pinnedImage: pinned } = step;
  const report = (line: string) => log.notice(line, index);
  const digest = await resolveImage(context.docker, pinned ?? image, report, lease.stopSignal);
  if (pinned !== null) return digest;
  const winner = await untilAnswered(lease, lease.stopSignal, (ref) =>
    session.service.pinImage(ref, image, digest),
  );
  return winner === digest ? digest : resolveImage(context.docker, winner, report, lease.stopSignal);
}

import { isPinOf } from '@flotilla/shared/protocol/imageName';
import { AttemptError } from '../../endings/attemptError.ts';
import { localImage, resolveImage, type LocalImage } from '../../sandbox/image/image.ts';
import type { Pulling } from '../../sandbox/image/imageRequest.ts';
import { untilAnswered } from '../../session/untilAnswered.ts';
import type { Attempt } from '../attempt/attempt.ts';

/** The image of a Step, as this Execution means it: the first Attempt that resolves a name decides for all. */
export async function pinnedImage(attempt: Attempt, index: number): Promise<LocalImage> {
  const { image, pinnedImage: pinned } = attempt.step(index);
  if (pinned !== null) requirePin(image, pinned);
  const found = await resolve(attempt, index, pinned ?? image);
  if (pinned !== null) return found;
  const { lease, session } = attempt;
  const winner = await untilAnswered(lease, lease.stopSignal, (ref) =>
    session.service.pinImage(ref, image, found.digest),
  );
  if (winner === found.digest) return found;
  requirePin(image, winner);
  return resolve(attempt, index, winner);
}

/** What another runner has pinned is run here: it has to be what the Action names. */
function requirePin(image: string, pinned: string): void {
  if (isPinOf(image, pinned)) return;
  throw new AttemptError(
    'image',
    `Image "${image}" was pinned by "${pinned}", which is of another repository: it is not run. Run the action again.`,
  );
}

/** Whether the image of a Step has to be pulled before it can run; that takes a slot, and the Job's time. */
export async function mustBePulled(attempt: Attempt, index: number): Promise<boolean> {
  const { image, pinnedImage: pinned } = attempt.step(index);
  const { docker, config } = attempt.context;
  if (pinned === null && config.pullPolicy === 'always') return true;
  return (await localImage(docker, pinned ?? image)) === undefined;
}

function resolve(attempt: Attempt, index: number, image: string): Promise<LocalImage> {
  const { docker, config } = attempt.context;
  return resolveImage({ docker, image, policy: config.pullPolicy, ...pullingFor(attempt, index) });
}

/** How an image is pulled for a Step: told in its log, timed, and no longer than the Attempt lives. */
export function pullingFor({ context, lease, log, phases }: Attempt, index: number): Pulling {
  return {
    retrySeconds: context.config.pullRetrySeconds,
    report: (line) => log.notice(line, index),
    onPull: () => phases.begin('pull'),
    signal: lease.stopSignal,
  };
}

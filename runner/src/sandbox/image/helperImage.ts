import { messageOf } from '@flotilla/shared/errors';
import type Docker from 'dockerode';
import type { Config } from '../../config.ts';
import { AttemptError } from '../../endings/attemptError.ts';
import { ownUser } from '../../ownUser.ts';
import { fromEngine } from '../engine/engineGone.ts';
import { hasStatus } from '../engine/engineStatus.ts';
import { resolveImage, type LocalImage } from './image.ts';
import type { Pulling } from './imageRequest.ts';

/** What taking files back runs (takeBack.ts). */
const programs = ['/bin/sh', '/bin/chown', '/bin/chmod'];
/** How long an image may take to come when nobody waits for it, in milliseconds. */
const pullMs = 600_000;

/** Whether a container, which need not have started, has what it takes to take files back. */
export async function hasShell(docker: Docker, containerId: string): Promise<boolean> {
  for (const path of programs) {
    try {
      await fromEngine(docker.getContainer(containerId).infoArchive({ path }));
    } catch (error) {
      if (hasStatus(error, 404)) return false;
      throw error;
    }
  }
  return true;
}

/** The image that takes files back where that of a Step cannot; pulled when this machine does not have it. */
export function helperImage(
  docker: Docker,
  config: Pick<Config, 'helperImage' | 'pullPolicy'>,
  how: Pulling = unwatched(),
): Promise<LocalImage> {
  return resolveImage({
    docker,
    image: config.helperImage,
    policy: config.pullPolicy === 'never' ? 'never' : 'ifNotPresent',
    ...how,
  });
}

function unwatched(): Pulling {
  return {
    retrySeconds: 0,
    report: () => Promise.resolve(),
    onPull: () => ({ [Symbol.dispose]: () => undefined }),
    signal: AbortSignal.timeout(pullMs),
  };
}

/**
 * Makes sure, before a Step runs in a container, that its files can be taken back afterwards. Throws an AttemptError of the
 * machine's when they cannot: another runner may be root, or have the helper image.
 */
export async function ensureTakeBack(
  docker: Docker,
  { image, containerId }: { readonly image: string; readonly containerId: string },
  config: Pick<Config, 'helperImage' | 'pullPolicy'>,
  how: Pulling,
): Promise<void> {
  if (ownUser().uid === 0 || (await hasShell(docker, containerId))) return;
  try {
    await helperImage(docker, config, how);
  } catch (error) {
    how.signal.throwIfAborted();
    throw new AttemptError(
      'sandbox',
      `Image "${image}" has no shell, and this runner, which is not root, cannot get its helper image to take the Step's files back: ${messageOf(error)} Set FLOTILLA_HELPER_IMAGE to one that has /bin/sh, chown and chmod, or run the runner as root.`,
      { cause: error },
    );
  }
}

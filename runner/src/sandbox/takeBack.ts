import type Docker from 'dockerode';
import { AttemptError } from '../jobs/attemptError.ts';
import type { Config } from '../config.ts';
import { ownUser } from '../ownUser.ts';
import { createContainer } from './container.ts';
import { hasStatus } from './engineStatus.ts';
import { helperImage, hasShell } from './helperImage.ts';
import { defaultConfinement } from './profile.ts';

export interface TakeBackOptions {
  readonly folder: string;
  /** An image that is taken first, because this machine has it: that of a Step. */
  readonly image: string;
  readonly config: Pick<Config, 'limits' | 'helperImage' | 'pullPolicy'>;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Gives every file of a folder to the runner's user, whoever the containers wrote as, and lets that user read them.
 * Root needs nothing; anybody else needs a container that is root, because only root may change owners: of the Step's
 * image, or, where that is gone or has no shell, of the helper image.
 */
export async function takeBack(docker: Docker, options: TakeBackOptions): Promise<void> {
  if (ownUser().uid === 0) return;
  if (await takeBackBy(docker, options.image, options)) return;
  const { digest } = await helperImage(docker, options.config);
  if (await takeBackBy(docker, digest, options)) return;
  throw new AttemptError(
    'sandbox',
    `The files of the work tree could not be given back to the runner's user: the helper image ${options.config.helperImage} has no shell. Set FLOTILLA_HELPER_IMAGE to one that has /bin/sh, chown and chmod.`,
  );
}

/** False when this machine does not have the image, or the image has no shell. */
async function takeBackBy(
  docker: Docker,
  image: string,
  { folder, config, labels }: TakeBackOptions,
): Promise<boolean> {
  const { uid, gid } = ownUser();
  const created = await createContainer(docker, {
    ...defaultConfinement,
    image,
    entrypoint: ['/bin/sh'],
    command: ['-c', 'chown -R -h "$0" /work && chmod -R u+rwX /work', `${uid}:${gid}`],
    user: '0:0',
    mounts: [{ source: folder, target: '/work' }],
    workingDirectory: '/',
    network: 'none',
    limits: config.limits,
    labels,
  }).catch(undefinedWhenMissing);
  if (created === undefined) return false;
  await using container = created;
  if (!(await hasShell(docker, container.id))) return false;
  const helper = await container.start();
  let said = '';
  for await (const { data } of helper.output) said = (said + data.toString()).slice(-1000);
  const { exitCode } = await helper.finished();
  if (exitCode === 0) return true;
  throw new AttemptError(
    'sandbox',
    `The files of the work tree could not be given back to the runner's user: it ended with ${exitCode}: ${said.trim()}.`,
  );
}

function undefinedWhenMissing(error: unknown): undefined {
  if (!hasStatus(error, 404)) throw error;
}

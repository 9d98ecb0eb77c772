import { ownUser } from '../ownUser.ts';
import type Docker from 'dockerode';
import { AttemptError } from '../jobs/attemptError.ts';
import type { ContainerLimits } from '../config.ts';
import { createContainer } from './container.ts';
import { defaultConfinement } from './profile.ts';

/**
 * Gives every file of a folder to the runner's user, whoever the containers wrote as, and lets that user read them.
 * Root needs nothing; anybody else needs a container that is root, because only root may change owners.
 */
export async function takeBack(
  docker: Docker,
  options: {
    readonly folder: string;
    readonly image: string;
    readonly limits: ContainerLimits;
    readonly labels: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const { uid, gid } = ownUser();
  if (uid === 0) return;
  await using container = await createContainer(docker, {
    ...defaultConfinement,
    image: options.image,
    entrypoint: ['/bin/sh'],
    command: ['-c', 'chown -R -h "$0" /work && chmod -R u+rwX /work', `${uid}:${gid}`],
    user: '0:0',
    mounts: [{ source: options.folder, target: '/work' }],
    workingDirectory: '/',
    network: 'none',
    limits: options.limits,
    labels: options.labels,
  });
  const helper = await container.start();
  let said = '';
  for await (const { data } of helper.output) said = (said + data.toString()).slice(-1000);
  const { exitCode } = await helper.finished();
  if (exitCode !== 0) {
    throw new AttemptError(
      'sandbox',
      `The files of the work tree could not be given back to the runner's user: it ended with ${exitCode}: ${said.trim()}.`,
    );
  }
}

import type Docker from 'dockerode';
import type { Logger } from 'pino';
import { labelNames } from './labels.ts';

/** Removes containers of this runner whose Attempt does not live, such as those of a process that was killed. */
export async function removeLeftoverContainers(
  docker: Docker,
  runnerName: string,
  isLive: (attemptId: number) => boolean,
  logger: Logger,
): Promise<void> {
  const containers = await docker.listContainers({
    all: true,
    filters: { label: [`${labelNames.runner}=${runnerName}`] },
  });
  for (const { Id: id, Labels: labels } of containers) {
    const attemptId = Number(labels[labelNames.attempt]);
    if (isLive(attemptId)) continue;
    logger.warn({ containerId: id, attemptId }, 'removing a container that its attempt left behind');
    await docker
      .getContainer(id)
      .remove({ force: true, v: true })
      .catch((error: unknown) => {
        const gone =
          error instanceof Error &&
          'statusCode' in error &&
          (error.statusCode === 404 || error.statusCode === 409);
        if (!gone) throw error;
      });
  }
}

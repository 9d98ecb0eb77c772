import { join } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { namesIn } from '../files.ts';
import { attemptsFolder, removeAttemptFolder } from './attemptFolder.ts';
import { labelNames, labelsOf } from './labels.ts';

/** How long the engine may take for one call of these; nobody waits for them. */
const callMs = 30_000;

export interface LeftoversContext {
  readonly docker: Docker;
  readonly config: Config;
  readonly runnerName: string;
  readonly logger: Logger;
  /** Whether this process works on an Attempt. */
  readonly isLive: (attemptId: number) => boolean;
  readonly signal: AbortSignal;
}

/** Removes what Attempts left behind that do not live, such as those of a process that was killed. */
export async function removeLeftovers(context: LeftoversContext): Promise<void> {
  await removeContainers(context);
  await removeNetworksAndVolumes(context);
  await removeFolders(context);
}

async function removeContainers({ docker, config, logger, isLive, signal }: LeftoversContext): Promise<void> {
  const limited = () => ({ abortSignal: AbortSignal.any([signal, AbortSignal.timeout(callMs)]) });
  const containers = await docker.listContainers({
    all: true,
    filters: { label: [`${labelNames.folder}=${config.stateFolder}`] },
    ...limited(),
  });
  for (const { Id: id, Labels: labels } of containers) {
    const attemptId = Number(labels[labelNames.attempt]);
    if (isLive(attemptId)) continue;
    logger.warn({ containerId: id, attemptId }, 'removing a container that its attempt left behind');
    await docker
      .getContainer(id)
      .remove({ force: true, v: true, ...limited() })
      .catch(ignoreGone);
  }
}

/** This runner makes none; programs that work beside it may, with its labels. */
async function removeNetworksAndVolumes(context: LeftoversContext): Promise<void> {
  const { docker, runnerName, logger } = context;
  const ours = { filters: { label: [`${labelNames.runner}=${runnerName}`] } };
  const isLeft = (labels: Readonly<Record<string, string>> | null | undefined) =>
    !context.isLive(Number(labels?.[labelNames.attempt]));
  for (const { Id: id, Labels: labels } of await docker.listNetworks(ours)) {
    if (!isLeft(labels)) continue;
    logger.warn({ networkId: id }, 'removing a network that its attempt left behind');
    await docker.getNetwork(id).remove().catch(ignoreGone);
  }
  for (const { Name: name, Labels: labels } of (await docker.listVolumes(ours)).Volumes) {
    if (!isLeft(labels)) continue;
    logger.warn({ volume: name }, 'removing a volume that its attempt left behind');
    await docker.getVolume(name).remove().catch(ignoreGone);
  }
}

/** 404: it is gone; 409: its removal is under way, or something else uses it; the next look finds it again. */
function ignoreGone(error: unknown): void {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (status !== 404 && status !== 409) throw error;
}

/** A folder that cannot be removed now, such as one whose image is gone, holds up no other. */
async function removeFolders(context: LeftoversContext): Promise<void> {
  const { docker, config, runnerName, logger, isLive, signal } = context;
  for (const name of await namesIn(attemptsFolder(config.stateFolder))) {
    const attemptId = Number(name);
    if (isLive(attemptId) || signal.aborted) continue;
    logger.warn({ attemptId }, 'removing a folder that its attempt left behind');
    try {
      const labels = labelsOf({ runnerName, stateFolder: config.stateFolder, attemptId });
      await removeAttemptFolder(docker, join(attemptsFolder(config.stateFolder), name), {
        limits: config.limits,
        labels,
      });
    } catch (error) {
      logger.error({ attemptId, reason: messageOf(error) }, 'the folder of an attempt could not be removed');
    }
  }
}

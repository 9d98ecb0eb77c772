import { join } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import { namesIn } from '../../files.ts';
import { isHelperAtWork } from '../container/rootHelper.ts';
import { hasStatus } from '../engine/engineStatus.ts';
import { labelNames, labelsOf } from '../engine/labels.ts';
import { attemptsFolder, removeAttemptFolder } from './attemptFolder.ts';

/** How long the engine may take for one call of these; nobody waits for them. */
const callMs = 30_000;

export interface LeftoversContext {
  readonly docker: Docker;
  readonly config: Config;
  readonly runnerName: string;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** Whether this process works on an Attempt. */
  readonly isLive: (attemptId: number) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Removes what Attempts left behind that do not live, such as those of a process that was killed. What cannot be removed
 * now, such as a container whose disk is busy or a folder whose image is gone, holds up nothing else; it is logged, and the
 * next look finds it again. Throws when the engine does not say what it has; folders are gone by then.
 */
export async function removeLeftovers(context: LeftoversContext): Promise<void> {
  try {
    await removeContainers(context);
    await removeNetworksAndVolumes(context);
  } finally {
    await removeFolders(context);
  }
}

async function removeContainers(context: LeftoversContext): Promise<void> {
  const { docker, config } = context;
  const containers = await docker.listContainers({
    all: true,
    filters: { label: [`${labelNames.folder}=${config.stateFolder}`] },
    ...limited(context),
  });
  for (const { Id: containerId, Labels: labels } of containers) {
    if (isHelperAtWork(labels)) continue;
    await removeOne(context, 'container', { containerId, attemptId: attemptOf(labels) }, () =>
      docker.getContainer(containerId).remove({ force: true, v: true, ...limited(context) }),
    );
  }
}

/** This runner makes none; programs that work beside it may, with its labels. */
async function removeNetworksAndVolumes(context: LeftoversContext): Promise<void> {
  const { docker, runnerName } = context;
  const ours = () => ({
    filters: { label: [`${labelNames.runner}=${runnerName}`] },
    ...limited(context),
  });
  for (const { Id: networkId, Labels: labels } of await docker.listNetworks(ours())) {
    await removeOne(context, 'network', { networkId, attemptId: attemptOf(labels) }, () =>
      docker.getNetwork(networkId).remove(limited(context)),
    );
  }
  for (const { Name: volume, Labels: labels } of (await docker.listVolumes(ours())).Volumes) {
    await removeOne(context, 'volume', { volume, attemptId: attemptOf(labels) }, () =>
      docker.getVolume(volume).remove(limited(context)),
    );
  }
}

async function removeFolders(context: LeftoversContext): Promise<void> {
  const { docker, config, runnerName } = context;
  for (const name of await namesIn(attemptsFolder(config.stateFolder))) {
    const attemptId = Number(name);
    const labels = labelsOf({ runnerName, stateFolder: config.stateFolder, attemptId });
    await removeOne(context, 'folder', { attemptId }, () =>
      removeAttemptFolder(docker, join(attemptsFolder(config.stateFolder), name), {
        config,
        labels,
      }),
    );
  }
}

/** Removes one thing of an Attempt, unless that lives or the runner ends. */
async function removeOne(
  { logger, isLive, signal }: LeftoversContext,
  kind: 'container' | 'network' | 'volume' | 'folder',
  named: Readonly<Record<string, string | number>> & { readonly attemptId: number },
  remove: () => Promise<unknown>,
): Promise<void> {
  if (signal.aborted || isLive(named.attemptId)) return;
  logger.warn(named, `removing a ${kind} that its attempt left behind`);
  try {
    await remove();
  } catch (error) {
    if (signal.aborted || isGone(error)) return;
    logger.error(
      { ...named, reason: messageOf(error) },
      `a ${kind} that its attempt left behind could not be removed`,
    );
  }
}

function limited({ signal }: LeftoversContext): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.any([signal, AbortSignal.timeout(callMs)]) };
}

function attemptOf(labels: Readonly<Record<string, string>> | null | undefined): number {
  return Number(labels?.[labelNames.attempt]);
}

/** 404: it is gone; 409: its removal is under way, or something else uses it; the next look finds it again. */
function isGone(error: unknown): boolean {
  return hasStatus(error, 404, 409);
}

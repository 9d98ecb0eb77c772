import { mkdir } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ClaimedJob, ClaimedStep } from '@flotilla/shared/protocol/runnerMessages';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import type { ContainerLimits } from '../config.ts';
import { containerObjectsPath, type Checkout } from '../git/checkout.ts';
import type { AttemptLog } from '../logs/attemptLog.ts';
import { startContainer, type FinishedContainer, type Mount } from '../sandbox/container.ts';
import { stopCauseOf } from './attemptError.ts';

export interface StepContext {
  readonly docker: Docker;
  readonly job: ClaimedJob;
  readonly checkout: Checkout;
  readonly log: AttemptLog;
  readonly limits: ContainerLimits;
  readonly labels: Readonly<Record<string, string>>;
  /** Where folders that Jobs share between Attempts are kept. */
  readonly cacheFolder: string;
  readonly stopGraceMs: number;
  readonly logger: Logger;
  /** Aborts when the Attempt has to stop. */
  readonly signal: AbortSignal;
}

/**
 * Runs one Step in a container of its own and stores what it writes. When the Attempt has to stop, the container gets
 * SIGTERM, and SIGKILL after the grace; a fenced one is killed at once.
 */
export async function runStep(
  context: StepContext,
  index: number,
  step: ClaimedStep,
  imageDigest: string,
): Promise<FinishedContainer> {
  const { docker, job, log, signal } = context;
  await using container = await startContainer(docker, {
    image: imageDigest,
    ...commandOf(step),
    environment: environmentOf(job),
    mounts: [
      { source: context.checkout.workTree, target: '/work' },
      { source: join(context.checkout.gitDir, 'objects'), target: containerObjectsPath, readOnly: true },
      ...(await cacheMounts(context, step, imageDigest)),
    ],
    workingDirectory: '/work',
    network: job.network,
    limits: context.limits,
    labels: context.labels,
  });
  const stop = () => {
    const graceMs = stopCauseOf(signal) === 'fenced' ? 0 : context.stopGraceMs;
    container
      .stop(graceMs)
      .catch((error: unknown) => context.logger.error({ err: error }, 'a container could not be stopped'));
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const { descriptor, data } of container.output) await log.write(index, descriptor, data);
    await log.endStep(index);
    return await container.finished();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A `command` step runs its arguments as they are; a `docker` step keeps the image's entrypoint. */
function commandOf(step: ClaimedStep): { entrypoint?: readonly string[]; command?: readonly string[] } {
  if (step.type === 'command') return { entrypoint: step.args.slice(0, 1), command: step.args.slice(1) };
  return step.args.length === 0 ? {} : { command: step.args };
}

/** What a Step finds in its environment beside what its image sets (design §5). */
function environmentOf(job: ClaimedJob): Record<string, string> {
  return {
    REPOSITORY: job.repository,
    BRANCH: job.baseRef.replace(/^refs\/heads\//, ''),
    COMMIT: job.baseRevision,
    // The work tree belongs to the runner's user, which the container's need not be.
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    ...job.env,
  };
}

/** Folders that persist between Attempts of the same image, repository and commit, as `src actions exec` kept them. */
async function cacheMounts(context: StepContext, step: ClaimedStep, imageDigest: string): Promise<Mount[]> {
  const { job, cacheFolder } = context;
  const mounts: Mount[] = [];
  for (const target of step.cacheDirs) {
    const identity = JSON.stringify([imageDigest, job.repository, job.baseRevision, target]);
    const source = join(cacheFolder, createHash('sha256').update(identity).digest('hex').slice(0, 32));
    await mkdir(source, { recursive: true });
    mounts.push({ source, target });
  }
  return mounts;
}

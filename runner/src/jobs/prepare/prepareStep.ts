import type { ClaimedStep } from '@flotilla/shared/definition/stepDefinition';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import { branchOf } from '@flotilla/shared/target/branchOf';
import { containerObjectsPath, type Checkout } from '../../git/checkout.ts';
import type { Container, Mount } from '../../sandbox/container/container.ts';
import { confinementOf } from '../../sandbox/container/profile.ts';
import { noteImage } from '../../sandbox/folders/attemptFolder.ts';
import { giveToContainers, workTreeOwner } from '../../sandbox/folders/workTreeOwner.ts';
import { ensureTakeBack } from '../../sandbox/image/helperImage.ts';
import type { Attempt } from '../attempt/attempt.ts';
import { pinnedImage, pullingFor } from './pinnedImage.ts';
import { repositoryIdentity } from './repositoryIdentity.ts';

/** A Step that only has to be started. */
export interface PreparedStep {
  readonly imageDigest: string;
  readonly container: Container;
}

/** Gets the image of a Step and makes its container. */
export async function prepareStep(
  attempt: Attempt,
  checkout: Checkout,
  index: number,
): Promise<PreparedStep> {
  const { job, limits } = attempt;
  const step = attempt.step(index);
  const image = await pinnedImage(attempt, index);
  await noteImage(attempt.folder, image.digest);
  const owner = workTreeOwner();
  if (job.profile === 'strict' && index === 0) await giveToContainers(checkout.workTree, owner);
  const { environment, ...confinement } = confinementOf(job.profile, image, owner, limits);
  const container = await attempt.containers.create({
    ...confinement,
    image: image.digest,
    ...commandOf(step),
    environment: { ...environmentOf(job), ...environment, ...job.env },
    mounts: [
      { source: checkout.workTree, target: '/work' },
      { source: checkout.objectsFolder, target: containerObjectsPath, readOnly: true },
      ...(await cacheMounts(attempt, step, image.digest)),
    ],
    workingDirectory: '/work',
    network: job.network,
    limits,
    labels: attempt.labels(index),
  });
  await ensureTakeBack(
    attempt.context.docker,
    { image: step.image, containerId: container.id },
    attempt.context.config,
    pullingFor(attempt, index),
  );
  return { imageDigest: image.digest, container };
}

/** A `command` step runs its arguments as they are; a `docker` step keeps the image's entrypoint. */
function commandOf(step: ClaimedStep): { entrypoint?: readonly string[]; command?: readonly string[] } {
  if (step.type === 'command') return { entrypoint: step.args.slice(0, 1), command: step.args.slice(1) };
  return step.args.length === 0 ? {} : { command: step.args };
}

/** What a Step finds in its environment beside what its image and its Action set (docs/user/actionFile.md). */
function environmentOf(job: ClaimedJob): Record<string, string> {
  return {
    REPOSITORY: job.repository,
    BRANCH: branchOf(job.baseRef),
    COMMIT: job.baseRevision,
    // The work tree belongs to the runner's user, which the container's need not be.
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
  };
}

/**
 * Folders that persist between Attempts of the same image, repository and commit, as `src actions exec` kept them, of the
 * same directory and of the same user: what one leaves there is run by the next.
 */
async function cacheMounts(attempt: Attempt, step: ClaimedStep, imageDigest: string): Promise<Mount[]> {
  const { context, job } = attempt;
  const { baseRevision, directory = '', profile } = job;
  const repository = repositoryIdentity(context.config.serverUrl, job);
  const mounts: Mount[] = [];
  // A service that does not say gets folders that no other Execution finds.
  const owner = job.owner ?? `execution ${job.executionId}`;
  for (const target of step.cacheDirs) {
    const identity = [imageDigest, ...repository, baseRevision, directory, target, profile, owner];
    const { path: source } = attempt.use(await context.caches.borrow(identity, imageDigest));
    await attempt.disk.addCache(source);
    if (profile === 'strict') await giveToContainers(source, workTreeOwner());
    mounts.push({ source, target });
  }
  return mounts;
}

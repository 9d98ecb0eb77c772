import { messageOf } from '@flotilla/shared/errors';
import { isImageName } from '@flotilla/shared/protocol/imageName';
import type Docker from 'dockerode';
import { AttemptError } from '../../endings/attemptError.ts';
import { fromEngine } from '../engine/engineGone.ts';
import { hasStatus } from '../engine/engineStatus.ts';
import { digestFor } from './imageDigest.ts';
import type { ImageRequest } from './imageRequest.ts';
import { pullImage } from './pullImage.ts';

/** An image that this machine has. */
export interface LocalImage {
  /** A registry digest (`name@sha256:…`), or a local id (`sha256:…`) for an image that no registry knows. */
  readonly digest: string;
  /** The user that it names for its containers; empty is root. */
  readonly user: string;
}

/**
 * What an image's name means on this machine; pulls it as the policy says. What a digest means never changes, so it is
 * pulled only when it is missing. Throws an AttemptError that names the image.
 */
export async function resolveImage(request: ImageRequest): Promise<LocalImage> {
  const { docker, image, policy, report } = request;
  const isLocalId = image.startsWith('sha256:');
  const isFixed = isLocalId || image.includes('@');
  if (policy !== 'always' || isFixed) {
    const present = await localImage(docker, image);
    if (present !== undefined) return present;
  }
  if (isLocalId) {
    throw new AttemptError(
      'image',
      `Image ${image} was made on another machine and is in no registry, so this runner cannot get it. Push it to a registry, or load it on every runner.`,
    );
  }
  if (policy === 'never') {
    throw new AttemptError(
      'image',
      `Image "${image}" is not on this machine, and this runner pulls none (FLOTILLA_PULL_POLICY is never). Load it with \`docker pull\` or \`docker load\`.`,
    );
  }
  await report(`Pulling image ${image}`);
  using _phase = request.onPull();
  await pullImage(request);
  const pulled = await localImage(docker, image);
  if (pulled === undefined) throw new AttemptError('image', `Image "${image}" was pulled and is not there.`);
  return pulled;
}

/** An image, if this machine has it. */
export async function localImage(docker: Docker, image: string): Promise<LocalImage | undefined> {
  // It becomes part of the address of a call to the engine.
  if (!isImageName(image)) throw new AttemptError('image', `"${image}" names no image.`);
  try {
    const found = await fromEngine(docker.getImage(image).inspect());
    return {
      digest: digestFor(image, { id: found.Id, digests: found.RepoDigests ?? [] }),
      user: found.Config?.User ?? '',
    };
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    if (hasStatus(error, 400))
      throw new AttemptError('image', `"${image}" names no image: ${messageOf(error)}.`, { cause: error });
    throw error;
  }
}

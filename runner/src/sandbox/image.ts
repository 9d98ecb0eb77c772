import type Docker from 'dockerode';
import { messageOf } from '@flotilla/shared/errors';
import { AttemptError } from '../jobs/attemptError.ts';

/** A registry digest (`name@sha256:…`), or a local id (`sha256:…`) for an image that no registry knows. */
export type ImageDigest = string;

/**
 * What an image's name means on this machine; pulls it when it is not there (policy ifNotPresent). Throws an
 * AttemptError that names the image.
 */
export async function resolveImage(
  docker: Docker,
  image: string,
  report: (line: string) => Promise<void>,
  signal: AbortSignal,
): Promise<ImageDigest> {
  const present = await inspectImage(docker, image);
  if (present !== undefined) return present;
  if (image.startsWith('sha256:')) {
    throw new AttemptError(
      'image',
      `Image ${image} was made on another machine and is in no registry, so this runner cannot get it. Push it to a registry, or load it on every runner.`,
    );
  }
  await report(`Pulling image ${image}`);
  await pull(docker, image, report, signal);
  const pulled = await inspectImage(docker, image);
  if (pulled === undefined) throw new AttemptError('image', `Image "${image}" was pulled and is not there.`);
  return pulled;
}

async function inspectImage(docker: Docker, image: string): Promise<ImageDigest | undefined> {
  try {
    const found = await docker.getImage(image).inspect();
    return found.RepoDigests?.[0] ?? found.Id;
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return undefined;
    throw error;
  }
}

async function pull(
  docker: Docker,
  image: string,
  report: (line: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const progress = (await docker.pull(image, { abortSignal: signal })) as AsyncIterable<Buffer>;
    // The answer ends with the pull; an error comes as an event in it (dockerode#647).
    for await (const event of lines(progress)) {
      const { error, status, id } = JSON.parse(event) as { error?: string; status?: string; id?: string };
      if (error !== undefined) throw new Error(error);
      if (status !== undefined && (id === undefined || status === 'Pull complete')) {
        await report(id === undefined ? status : `${status}: ${id}`);
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new AttemptError(
      'image',
      `Image "${image}" is not on this machine and could not be pulled: ${messageOf(error).trim()}. Check its name, or load it with \`docker pull\` or \`docker load\`.`,
      { cause: error },
    );
  }
}

async function* lines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part.trim() !== '') yield part;
  }
  if (rest.trim() !== '') yield rest;
}

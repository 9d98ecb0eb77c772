import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@flotilla/shared/errors';
import type { ImageRequest } from './imageRequest.ts';
import { pullError, pullFailureOf } from './pullFailure.ts';

/** First and longest pause between two tries, in milliseconds. */
const retryMs = { first: 1000, longest: 30_000 };

/**
 * Pulls an image; a registry that is down is tried again for the time that the request allows. Throws an AttemptError
 * that names the image, at once when the registry does not have or does not give it, or the engine cannot store it.
 */
export async function pullImage(request: ImageRequest): Promise<void> {
  const { image, retrySeconds, report, signal } = request;
  const endsAt = performance.now() + retrySeconds * 1000;
  for (let pauseMs = retryMs.first; ; pauseMs = Math.min(pauseMs * 2, retryMs.longest)) {
    try {
      await tryOnce(request);
      return;
    } catch (error) {
      signal.throwIfAborted();
      const said = messageOf(error).trim();
      if (pullFailureOf(error) !== 'passing' || performance.now() + pauseMs > endsAt)
        throw pullError(request, error);
      await report(`Could not pull ${image}: ${said}; trying again in ${pauseMs / 1000} s`);
    }
    await delay(pauseMs, undefined, { signal });
  }
}

async function tryOnce({ docker, image, report, signal }: ImageRequest): Promise<void> {
  const progress = (await docker.pull(image, { abortSignal: signal })) as AsyncIterable<Buffer>;
  // The answer ends with the pull; an error comes as an event in it (dockerode#647).
  for await (const event of lines(progress)) {
    const { error, status, id } = JSON.parse(event) as { error?: string; status?: string; id?: string };
    if (error !== undefined) throw new Error(error);
    if (status !== undefined && (id === undefined || status === 'Pull complete')) {
      await report(id === undefined ? status : `${status}: ${id}`);
    }
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

import type Docker from 'dockerode';
import { asEngineGone } from '../engine/engineGone.ts';

/** A container whose end the engine waits for. */
export interface WatchedExit {
  /** Its exit code, once it has ended. Rejects with an AttemptError when the engine went away; may go unheard. */
  readonly code: Promise<number>;
}

/**
 * Has the engine wait for the next end of a container. Resolves when the engine does, which it says by beginning its
 * answer: of a container that was started before, the next end may be one that never comes. docker-modem never settles an
 * answer that is cut off between its beginning and its end (5.0.7: it hears `end` alone), so it is read here.
 */
export async function watchExit(
  docker: Docker,
  containerId: string,
  signal: AbortSignal,
): Promise<WatchedExit> {
  const { promise, resolve, reject } = Promise.withResolvers<AsyncIterable<Buffer>>();
  docker.modem.dial(
    {
      path: `/containers/${containerId}/wait?`,
      method: 'POST',
      options: { condition: 'next-exit' },
      isStream: true,
      abortSignal: signal,
      statusCodes: { 200: true, 400: 'bad parameter', 404: 'no such container', 500: 'server error' },
    },
    (error: unknown, answer: unknown) => {
      if (error === null) resolve(answer as AsyncIterable<Buffer>);
      else reject(error);
    },
  );
  const code = codeIn(await promise);
  code.catch(() => undefined);
  return { code };
}

async function codeIn(answer: AsyncIterable<Buffer>): Promise<number> {
  try {
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part);
    const { StatusCode } = JSON.parse(Buffer.concat(parts).toString()) as { StatusCode: number };
    return StatusCode;
  } catch (error) {
    throw asEngineGone(error);
  }
}

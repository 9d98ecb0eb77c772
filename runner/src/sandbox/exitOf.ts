import type Docker from 'dockerode';
import { asEngineGone } from './engineGone.ts';

/**
 * Waits for the next end of a container, and returns its exit code. The engine begins its answer at once and ends it
 * when the container has. docker-modem never settles an answer that is cut off in between (5.0.7: it hears `end` alone),
 * so it is read here. Throws an AttemptError when the engine went away.
 */
export async function exitOf(docker: Docker, containerId: string, signal: AbortSignal): Promise<number> {
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
  try {
    const parts: Buffer[] = [];
    for await (const part of await promise) parts.push(part);
    const { StatusCode } = JSON.parse(Buffer.concat(parts).toString()) as { StatusCode: number };
    return StatusCode;
  } catch (error) {
    throw asEngineGone(error);
  }
}

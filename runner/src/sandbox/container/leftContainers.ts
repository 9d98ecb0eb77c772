import type Docker from 'dockerode';
import { demultiplex, type Output } from '../engine/demultiplex.ts';
import { hasStatus } from '../engine/engineStatus.ts';
import { labelNames } from '../engine/labels.ts';

/** How long the engine may take for a call, and to give all that a container wrote. */
const callMs = 30_000;
const readMs = 300_000;

/** A Step's container that its process left behind. */
export interface LeftContainer {
  readonly step: number;
  /** Kills it, and reads all it wrote from the engine's own log. */
  output(): AsyncIterable<Output>;
}

/** Containers of an Attempt's Steps that are still in the engine. */
export async function leftContainers(
  docker: Docker,
  stateFolder: string,
  attemptId: number,
): Promise<LeftContainer[]> {
  const containers = await docker.listContainers({
    all: true,
    filters: {
      label: [`${labelNames.folder}=${stateFolder}`, `${labelNames.attempt}=${attemptId}`, labelNames.step],
    },
    abortSignal: AbortSignal.timeout(callMs),
  });
  return containers.map(({ Id: id, Labels: labels }) => ({
    step: Number(labels[labelNames.step]),
    output: () => outputOf(docker, id),
  }));
}

async function* outputOf(docker: Docker, id: string): AsyncGenerator<Output> {
  const container = docker.getContainer(id);
  await container.kill({ abortSignal: AbortSignal.timeout(callMs) }).catch(ignoreStopped);
  // Without `follow` the whole log would come as one buffer; of a container that has ended it comes to its end.
  const stream = await container.logs({
    follow: true,
    stdout: true,
    stderr: true,
    abortSignal: AbortSignal.timeout(readMs),
  });
  yield* demultiplex(stream as unknown as AsyncIterable<Buffer>);
}

/** 409: it does not run. */
function ignoreStopped(error: unknown): void {
  if (!hasStatus(error, 409)) throw error;
}

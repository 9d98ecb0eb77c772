import type { Socket } from 'node:net';
import type Docker from 'dockerode';
import type { ContainerLimits } from '../../config.ts';
import { AttemptError } from '../../endings/attemptError.ts';
import { demultiplex, type Output } from '../engine/demultiplex.ts';
import { fromEngine, partsFromEngine } from '../engine/engineGone.ts';
import { ranOutOfMemory } from './outOfMemory.ts';
import type { Confinement } from './profile.ts';
import { ignoreGone, stopContainer } from './stopContainer.ts';
import { watchExit } from './watchExit.ts';

/** A mount of a folder of this machine. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly?: boolean;
}

/** Everything about a container before it exists. */
export interface ContainerSpec extends Confinement {
  /** Digest or local id. */
  readonly image: string;
  /** Replaces the image's entrypoint. */
  readonly entrypoint?: readonly string[];
  /** Replaces the image's command. */
  readonly command?: readonly string[];
  readonly mounts: readonly Mount[];
  readonly workingDirectory: string;
  readonly network: 'default' | 'none';
  readonly limits: ContainerLimits;
  readonly labels: Readonly<Record<string, string>>;
}

/** How a container ended. */
export interface FinishedContainer {
  readonly exitCode: number;
  /** Whether the kernel killed a process in it for want of memory, also when the exit code is 0. */
  readonly outOfMemory: boolean;
}

/** A container that is there and has not started. Disposing removes it, whatever its state. */
export interface Container extends AsyncDisposable {
  readonly id: string;
  /** Once. */
  start(): Promise<RunningContainer>;
  /**
   * Asks it to stop, kills it after the grace, and asks again for as long as it takes (stopContainer.ts). An engine that
   * does not do it in time is waited for no longer: whatever is waited for of the container ends with an AttemptError.
   * Never rejects; `onFailure` hears of the calls that had to be made again.
   */
  stop(graceMs: number, onFailure: (error: unknown) => void): Promise<void>;
}

/** A container that runs. */
export interface RunningContainer {
  /** What it writes, to the end. Read it no faster than you can store it. */
  readonly output: AsyncIterable<Output>;
  /** How it ended; after its output has been read. */
  finished(): Promise<FinishedContainer>;
}

/** Two files, so that rotation never loses what a reader has not read (docs/spec/sandbox.md). */
const engineLog = { Type: 'json-file', Config: { 'max-size': '128m', 'max-file': '2' } };

const noAnswer =
  'The Docker Engine did not answer in time; see whether it still does on the runner’s machine.';
const notStopped =
  'The Docker Engine did not stop the container in time; see whether it still answers on the runner’s machine.';
/** How long it may take to make one, and to say how one ended. */
const answerMs = 30_000;
/** How long the engine may take to remove a container, in milliseconds. */
const removeMs = 30_000;

/**
 * Makes a container, so that it only has to be started. The order matters: attached before it starts, or output is lost;
 * waited for before it starts, or a short one is gone first; never removed by the engine itself (docs/spec/sandbox.md).
 */
export async function createContainer(docker: Docker, spec: ContainerSpec): Promise<Container> {
  // Aborts what waits for the engine: it answers neither attach nor wait of a container that is removed before it started.
  const calls = new AbortController();
  const options = { ...createOptions(spec), abortSignal: calls.signal };
  const container = await inTime(calls, () => docker.createContainer(options));
  let removal: Promise<void> | undefined;
  // One that failed is tried again by the next who asks: the engine may be back by then.
  const remove = () =>
    (removal ??= container
      .remove({ force: true, v: true, abortSignal: AbortSignal.timeout(removeMs) })
      .then(() => undefined, ignoreGone)
      .then(
        () => calls.abort(),
        (error: unknown) => {
          removal = undefined;
          throw error;
        },
      ));
  try {
    const [{ stream, ended }, { code: exit }] = await inTime(calls, () =>
      Promise.all([attach(container, calls.signal), watchExit(docker, container.id, calls.signal)]),
    );
    const exited = new AbortController();
    exit.catch(() => undefined).finally(() => exited.abort());
    let startedAt: number | undefined;
    let stopped = false;
    return {
      id: container.id,
      async start() {
        await fromEngine(container.start({ abortSignal: calls.signal })).catch((error: unknown) => {
          throw abandonedBy(calls.signal) ?? error;
        });
        startedAt = performance.now();
        return running({ docker, container, stream, exit, calls, wasStopped: () => stopped });
      },
      async stop(graceMs, onFailure) {
        stopped = true;
        const isDone = await stopContainer({
          container,
          graceMs,
          runsForMs: () => (startedAt === undefined ? undefined : performance.now() - startedAt),
          exited: exited.signal,
          ended,
          remove,
          onFailure,
        });
        if (!isDone) calls.abort(new AttemptError('sandbox', notStopped));
      },
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** What a container will write, and a signal that aborts when that has ended. Aborting the given signal ends it. */
async function attach(
  container: Docker.Container,
  abortSignal: AbortSignal,
): Promise<{ readonly stream: Socket; readonly ended: AbortSignal }> {
  // The socket itself (`hijack`): an answer's body would be one more copy of all that is written.
  const options = { stream: true, stdout: true, stderr: true, hijack: true, abortSignal };
  const stream = (await container.attach(options)) as Socket;
  // Read only once it has started: an engine that goes away before is noticed there.
  stream.on('error', () => undefined);
  // The request's signal no longer reaches a socket that was handed over.
  abortSignal.addEventListener('abort', () => stream.destroy(abandonedBy(abortSignal)), { once: true });
  const ended = new AbortController();
  stream.once('close', () => ended.abort());
  return { stream, ended: ended.signal };
}

function running({
  docker,
  container,
  stream,
  exit,
  calls,
  wasStopped,
}: {
  readonly docker: Docker;
  readonly container: Docker.Container;
  readonly stream: Socket;
  readonly exit: Promise<number>;
  readonly calls: AbortController;
  readonly wasStopped: () => boolean;
}): RunningContainer {
  return {
    output: partsFromEngine(demultiplex(stream)),
    async finished() {
      const exitCode = await exit;
      const endedAt = performance.now();
      // An engine that stops ends its containers, and takes no new connection by then: this one finds it out.
      const outOfMemory = await inTime(calls, async () => {
        const info = await container.inspect({ abortSignal: calls.signal });
        const endedForMs = performance.now() - endedAt;
        return ranOutOfMemory(docker, {
          info,
          endedForMs,
          stoppedByUs: wasStopped(),
          signal: calls.signal,
        });
      });
      return { exitCode, outOfMemory };
    },
  };
}

/** As {@link fromEngine}, for an engine that may also hang: then all calls about the container are given up. */
async function inTime<T>(calls: AbortController, answer: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => calls.abort(new AttemptError('sandbox', noAnswer)), answerMs);
  try {
    return await fromEngine(answer());
  } catch (error) {
    throw abandonedBy(calls.signal) ?? error;
  } finally {
    clearTimeout(timer);
  }
}

/** Why a container's calls were given up; undefined when they were not, or it was removed. */
function abandonedBy({ reason }: AbortSignal): AttemptError | undefined {
  return reason instanceof AttemptError ? reason : undefined;
}

function createOptions(spec: ContainerSpec): Docker.ContainerCreateOptions {
  return {
    Image: spec.image,
    ...(spec.entrypoint === undefined ? {} : { Entrypoint: [...spec.entrypoint] }),
    ...(spec.command === undefined ? {} : { Cmd: [...spec.command] }),
    ...(spec.user === undefined ? {} : { User: spec.user }),
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    WorkingDir: spec.workingDirectory,
    Labels: { ...spec.labels },
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    OpenStdin: false,
    HostConfig: {
      Init: true,
      AutoRemove: false,
      NetworkMode: spec.network,
      CapDrop: [...spec.droppedCapabilities],
      ReadonlyRootfs: spec.readOnlyRoot,
      Tmpfs: { ...spec.tmpfs },
      SecurityOpt: ['no-new-privileges'],
      Memory: spec.limits.memoryBytes,
      MemorySwap: spec.limits.memoryBytes,
      NanoCpus: Math.round(spec.limits.cpus * 1e9),
      PidsLimit: spec.limits.processes,
      IpcMode: 'private',
      LogConfig: engineLog,
      Mounts: spec.mounts.map((mount) => ({
        Type: 'bind',
        Source: mount.source,
        Target: mount.target,
        ReadOnly: mount.readOnly ?? false,
      })),
    },
  };
}

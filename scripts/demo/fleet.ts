import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Docker from 'dockerode';
import { labelNames } from '../../runner/src/sandbox/engine/labels.ts';
import { standardPostgresFolder } from '../../service/src/config.ts';
import { stopPostgres } from '../../service/src/db/embedded/stopPostgres.ts';
import type { Program } from '../launch/program.ts';
import { startRunner } from '../launch/runnerProgram.ts';
import { pair, type ServiceClient } from '../launch/serviceClient.ts';
import { startService, type ServiceProgram } from '../launch/serviceProgram.ts';

export interface FleetOptions {
  /** Folder for everything it keeps; as root one that the user `postgres` can enter. */
  readonly folder: string;
  readonly repositoriesFolder: string;
  readonly defaultImage: string | undefined;
  readonly runners: number;
  readonly capacity: number | undefined;
  /** Whether branches may be made in the repositories. */
  readonly isWritable: boolean;
}

/** A service, its runners and a user's connection, for as long as the demo takes. */
export interface Fleet extends AsyncDisposable {
  readonly service: ServiceProgram;
  readonly client: ServiceClient;
  /** Aborted when one of the programs ends by itself; the reason says which, and its last words. */
  readonly broken: AbortSignal;
}

/** Starts them on free ports. Disposing ends them in order and leaves no process and no container. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  await using resources = new AsyncDisposableStack();
  const { folder } = options;
  const dataFolder = join(folder, 'data');
  resources.defer(() => stopPostgres(standardPostgresFolder(dataFolder)));
  const service = resources.use(
    await startService({
      dataFolder,
      repositoriesFolder: `${options.repositoriesFolder}${options.isWritable ? ':rw' : ''}`,
      ...(options.defaultImage === undefined ? {} : { defaultImage: options.defaultImage }),
      env: {
        FLOTILLA_LOG_LEVEL: 'warn',
        // What it keeps is thrown away at the end.
        FLOTILLA_DURABLE: 'false',
        // Whoever merges by hand sees it soon.
        FLOTILLA_SYNC_MS: '1000',
        // Whoever presses Ctrl-C in a demo does not want to wait for a container that takes its time.
        FLOTILLA_STOP_GRACE_MS: '1000',
      },
    }),
  );
  const name = `demo-${randomBytes(4).toString('hex')}`;
  const names = Array.from({ length: options.runners }, (_, index) => `${name}-${index + 1}`);
  resources.defer(() => removeContainers(names));
  const runners = names.map((runner) =>
    startRunner({
      serverUrl: service.url,
      token: { file: service.runnerTokenFile },
      stateFolder: join(folder, runner),
      name: runner,
      capacity: options.capacity,
      // Nothing runs when the demo has ended; when it is interrupted, what runs is given back at once.
      env: { FLOTILLA_RUNNER_DRAIN_SECONDS: '0', FLOTILLA_LOG_LEVEL: 'warn' },
    }),
  );
  resources.defer(async () => {
    await Promise.all(runners.map((runner) => runner[Symbol.asyncDispose]()));
  });
  const client = resources.use(await pair(service.url, service.pairingCode ?? '', 'the demo'));
  const broken = new AbortController();
  let isEnding = false;
  const watch = async (what: string, program: Program) => {
    const { exitCode, signal } = await program.exited;
    if (isEnding) return;
    const how = signal === undefined ? `with exit code ${exitCode}` : `by ${signal}`;
    const lastWords = program.output().trimEnd().split('\n').slice(-8).join('\n');
    broken.abort(new Error(`${what} ended ${how} in the middle of the demo.\n${lastWords}`.trimEnd()));
  };
  void watch('The service', service);
  for (const runner of runners) void watch('A runner', runner);
  const owned = resources.move();
  return {
    service,
    client,
    broken: broken.signal,
    async [Symbol.asyncDispose]() {
      isEnding = true;
      await owned.disposeAsync();
    },
  };
}

/** Removes what a runner that was killed has left in the engine. */
async function removeContainers(runnerNames: readonly string[]): Promise<void> {
  const docker = new Docker();
  for (const name of runnerNames) {
    const left = await docker.listContainers({
      all: true,
      filters: { label: [`${labelNames.runner}=${name}`] },
    });
    await Promise.all(left.map(({ Id: id }) => docker.getContainer(id).remove({ force: true, v: true })));
  }
}

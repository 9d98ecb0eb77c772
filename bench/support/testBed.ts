import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRepositoriesFromPackages } from '../../scripts/repositoriesFromPackages.ts';
import type { Program } from '../../scripts/launch/program.ts';
import { startRunner } from '../../scripts/launch/runnerProgram.ts';
import { pair, type ServiceClient } from '../../scripts/launch/serviceClient.ts';
import { startService, type ServiceProgram } from '../../scripts/launch/serviceProgram.ts';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../service/src/db/embedded/embeddedPostgres.ts';
import { demoImage, ensureDemoImage } from '../../scripts/system/ensureDemoImage.ts';
import { sayOnTerminal } from '../../scripts/system/say.ts';
import { ensureDocker } from '../../scripts/system/ensureDocker.ts';
import { removeContainersUnder } from '../../test/support/containers.ts';
import { waitFor } from '../../test/support/waitFor.ts';

/** Real programs over real repositories, with a client. Disposing ends all and removes what they kept. */
export interface TestBed extends AsyncDisposable {
  readonly folder: string;
  /** Bare repositories, one folder each; names of packages with a scope are one level deeper. */
  readonly repositoriesFolder: string;
  readonly repositories: number;
  readonly service: ServiceProgram;
  readonly client: ServiceClient;
  /** The service's database server; its contents are kept as those of `npm start` are. */
  readonly postgres: EmbeddedPostgres;
  /** Starts a runner with an empty state folder, and waits until the service knows it. */
  startRunner(capacity: number): Promise<Program>;
}

/** Starts Docker where none runs, the service with a Postgres, and fills the mirrors. `env` is for the service. */
export async function openTestBed(
  repositories: number,
  env: Readonly<Record<string, string>> = {},
): Promise<TestBed> {
  await using resources = new AsyncDisposableStack();
  resources.use(await ensureDocker(sayOnTerminal));
  await ensureDemoImage(sayOnTerminal);
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-bench-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  // Those of a runner that a benchmark killed.
  resources.defer(() => removeContainersUnder(folder));
  // Postgres runs as a user of its own and must reach its folder.
  await chmod(folder, 0o755);
  const repositoriesFolder = join(folder, 'repositories');
  await makeRepositoriesFromPackages(repositoriesFolder, repositories);
  const postgres = resources.use(await startEmbeddedPostgres({ folder: join(folder, 'postgres') }));
  const service = resources.use(
    await startService({
      dataFolder: join(folder, 'data'),
      repositoriesFolder,
      defaultImage: demoImage,
      databaseUrl: postgres.url,
      env: { FLOTILLA_LOG_LEVEL: 'warn', FLOTILLA_LOCAL_RUNNER: 'true', ...env },
    }),
  );
  const client = resources.use(await pair(service.url, service.pairingCode ?? '', 'bench'));
  await client.api.repositories.sync.mutate();
  const owned = resources.move();
  return {
    folder,
    repositoriesFolder,
    repositories,
    service,
    client,
    postgres,
    async startRunner(capacity) {
      const stateFolder = join(folder, `runner-${randomUUID()}`);
      await mkdir(stateFolder, { mode: 0o700 });
      const before = (await client.api.server.info.query()).runnersOnline;
      const runner = startRunner({
        serverUrl: service.url,
        token: (await readFile(service.runnerTokenFile, 'utf8')).trim(),
        stateFolder,
        capacity,
        env: { FLOTILLA_LOG_LEVEL: 'warn' },
      });
      await waitFor(
        'the runner to say hello',
        async () => (await client.api.server.info.query()).runnersOnline > before,
        { timeoutMs: 20_000 },
      );
      return {
        ...runner,
        async [Symbol.asyncDispose]() {
          await runner[Symbol.asyncDispose]();
          await rm(stateFolder, { recursive: true, force: true });
        },
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

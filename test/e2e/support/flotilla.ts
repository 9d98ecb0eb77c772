import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { startRunner } from '../../../scripts/launch/runnerProgram.ts';
import type { Program } from '../../../scripts/launch/program.ts';
import { connectUser, pair, type ServiceClient } from '../../../scripts/launch/serviceClient.ts';
import { startService, type ServiceProgram } from '../../../scripts/launch/serviceProgram.ts';
import { createPairingCode } from '../../../service/src/auth/pairing.ts';
import { ensureUser } from '../../../service/src/auth/tokens.ts';
import { connect } from '../../../service/src/db/database.ts';
import { startEmbeddedPostgres } from '../../../service/src/db/embedded/embeddedPostgres.ts';
import { putMigratedCluster } from '../../support/migratedCluster.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import {
  runnerToken as createRunnerToken,
  testActor,
  userToken as createUserToken,
} from '../../support/tokens.ts';
import { freePort } from '../../support/freePort.ts';

/** The real programs, as an administrator starts them, on a database and in folders of their own. */
export interface Flotilla extends AsyncDisposable {
  readonly url: string;
  /** The connect URL that the service's first start printed. */
  readonly connectUrl: string;
  readonly client: ServiceClient;
  /** What its runner is called: a label of its containers. */
  readonly runnerName: string;
  /** What the programs printed. */
  output(): string;
  /** A connect URL whose pairing code somebody else has used. */
  spentConnectUrl(): Promise<string>;
  /** Starts its one runner. */
  startRunner(): Promise<Program>;
  /** Stops the service, as an upgrade would. */
  stopService(): Promise<void>;
  /** Starts it again at the same address. */
  startService(): Promise<void>;
}

/** Starts a service without a runner, over a folder of repositories. `env` are further settings of it. */
export async function startFlotilla(
  repositoriesFolder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Flotilla> {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  // A server beside the service: it stays when the service is stopped.
  const postgresFolder = resources.use(await temporaryFolder());
  await putMigratedCluster(postgresFolder.path);
  const { url: databaseUrl } = resources.use(
    await startEmbeddedPostgres({ folder: postgresFolder.path, durable: false }),
  );
  const connections = resources.use(connect(databaseUrl, { max: 2 }));
  const { sql } = connections;
  let output = '';
  const onOutput = (text: string) => {
    output += text;
  };
  const port = await freePort();
  const start = () =>
    startService({
      dataFolder: join(folder.path, 'data'),
      repositoriesFolder,
      defaultImage: 'flotilla/demo:local',
      databaseUrl,
      port,
      env: { FLOTILLA_STOP_GRACE_MS: '1000', ...env },
      onOutput,
    });
  let service: ServiceProgram | undefined = await start();
  resources.defer(() => service?.[Symbol.asyncDispose]());
  const { url, pairingCode } = service;
  if (pairingCode === undefined) throw new Error('the first start of a service gave no pairing code');
  const owner = await ensureUser(sql, testActor, userInfo().username, 'admin');
  const [userToken, runnerToken] = await Promise.all([
    createUserToken(sql, owner.name, owner.role),
    createRunnerToken(sql),
  ]);
  const client = resources.use(connectUser(url, userToken));
  const runners = resources.use(new AsyncDisposableStack());
  // A runner removes leftovers of its name, and other tests may run on this machine.
  const runnerName = `builder-${randomBytes(2).toString('hex')}`;
  const owned = resources.move();
  return {
    url,
    connectUrl: `${url}/connect?code=${pairingCode}`,
    client,
    runnerName,
    output: () => output,
    async spentConnectUrl() {
      const code = await createPairingCode(sql, testActor, owner.id);
      await using _other = await pair(url, code, 'another editor');
      return `${url}/connect?code=${code}`;
    },
    async startRunner() {
      const stateFolder = join(folder.path, 'runner');
      await mkdir(stateFolder, { mode: 0o700 });
      return runners.use(
        startRunner({
          serverUrl: url,
          token: runnerToken,
          stateFolder,
          name: runnerName,
          capacity: 2,
          onOutput,
        }),
      );
    },
    async stopService() {
      await service?.[Symbol.asyncDispose]();
      service = undefined;
    },
    async startService() {
      service = await start();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

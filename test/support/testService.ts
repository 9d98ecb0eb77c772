import { mkdir } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { createTRPCClient, createWSClient, wsLink, type TRPCClient } from '@trpc/client';
import type { AppRouter } from '../../service/src/api/router.ts';
import type { Role } from '../../service/src/auth/rights.ts';
import { readConfig, type Config } from '../../service/src/config.ts';
import { listen as startListening } from '../../service/src/http/listen.ts';
import { openService, type Service, type ServiceParts } from '../../service/src/service.ts';
import { createLogger } from '../../service/src/telemetry/logger.ts';
import { temporaryFolder } from './temporaryFolder.ts';
import { testDatabase, type TestDatabase } from './testDatabase.ts';
import { connectRunner, type TestRunner, type TestRunnerOptions } from './testRunner.ts';
import { runnerToken as createRunnerToken, userToken as createTokenOf } from './tokens.ts';

export interface TestServiceOptions {
  /** What differs from the service's own standards. */
  readonly config?: Partial<Config>;
  /** Puts repositories into the folder that the service serves, before it starts. */
  readonly repositories?: (folder: string) => Promise<unknown>;
  /** The folder of them, of another test service; without it one of its own. */
  readonly repositoriesFolder?: string;
  /** Whether branches of its repositories may be written; not unless it says so. */
  readonly writable?: boolean;
  /** What the service has in place of its own. */
  readonly parts?: ServiceParts;
  /** A database to share with another replica; without it the service gets one of its own. */
  readonly database?: TestDatabase;
  /** Mirrors and all else that replicas share; without it a folder of its own. */
  readonly dataFolder?: string;
  /** Folder of mirrors and objects of several replicas; by default the data folder. */
  readonly sharedFolder?: string;
}

/** A client of `/trpc` with one socket. */
export interface EditorClient extends AsyncDisposable {
  readonly api: TRPCClient<AppRouter>;
}

/** A replica of the service in this process: real Postgres, real git, real sockets. Disposing ends all of it. */
export interface TestService extends AsyncDisposable {
  /** The replica's inside, for what no client can see. */
  readonly service: Service;
  /** `http://…`, without a slash at its end. */
  readonly url: string;
  /** The folder that the service serves as its code host. */
  readonly repositoriesFolder: string;
  readonly database: TestDatabase;
  /** Calls of the member Ada. */
  readonly api: TRPCClient<AppRouter>;
  /** Ada's token. */
  readonly userToken: string;
  readonly runnerToken: string;
  /** A new token for a user of that role. */
  createUserToken(name: string, role: Role): Promise<string>;
  /** A socket of its own; undefined connects without a token. */
  connectEditor(token: string | undefined): EditorClient;
  /** Cuts every connection without a farewell, as a broken network does. */
  cutConnections(): void;
  /** A runner that has said hello. It is closed with the service at the latest. */
  connectRunner(options?: Partial<TestRunnerOptions>): Promise<TestRunner>;
}

/** Opens a service whose code host has been scanned once. */
export async function testService(options: TestServiceOptions = {}): Promise<TestService> {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  const database = options.database ?? resources.use(await testDatabase());
  const repositoriesFolder = options.repositoriesFolder ?? join(folder.path, 'repositories');
  await mkdir(repositoriesFolder, { recursive: true });
  await options.repositories?.(repositoriesFolder);
  const failures: unknown[] = [];
  const config: Config = {
    ...readConfig({
      FLOTILLA_DATA: options.dataFolder ?? join(folder.path, 'data'),
      FLOTILLA_PORT: '0',
      ...(options.sharedFolder === undefined ? {} : { FLOTILLA_SHARED: options.sharedFolder }),
    }),
    repositories: [
      { name: null, folder: repositoriesFolder, ...(options.writable === true && { writable: true }) },
    ],
    // Tests scan when they have changed something.
    syncMs: 3_600_000,
    ...options.config,
  };
  resources.defer(() => {
    if (failures.length > 0) throw new AggregateError(failures, 'background work of the service failed');
  });
  const logger = createLogger(process.env['FLOTILLA_TEST_LOG'] ?? 'silent');
  const service = resources.use(
    await openService(config, database.url, logger, (error) => failures.push(error), options.parts),
  );
  await service.codeHosts.sync();
  const { url, cutConnections } = await listen(service, resources);
  const createUserToken = (name: string, role: Role) => createTokenOf(service.sql, name, role);
  const [userToken, runnerToken] = await Promise.all([
    createUserToken('Ada', 'member'),
    createRunnerToken(service.sql),
  ]);
  const clients = resources.use(new AsyncDisposableStack());
  const connectEditor = (token: string | undefined) => clients.use(openEditor(url, token));
  const { api } = connectEditor(userToken);
  const owned = resources.move();
  return {
    service,
    url,
    repositoriesFolder,
    database,
    api,
    userToken,
    runnerToken,
    createUserToken,
    connectEditor,
    cutConnections,
    connectRunner: async (runner = {}) =>
      clients.use(await connectRunner({ serverUrl: url, token: runnerToken, ...runner })),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function listen(
  service: Service,
  resources: AsyncDisposableStack,
): Promise<Pick<TestService, 'url' | 'cutConnections'>> {
  const { url, server } = resources.use(await startListening(service));
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return { url, cutConnections: () => sockets.forEach((socket) => socket.resetAndDestroy()) };
}

/** A client of `/trpc` at an address, such as a balancer's. */
export function openEditor(url: string, token: string | undefined): EditorClient {
  const socket = createWSClient({
    url: `${url.replace(/^http/, 'ws')}/trpc`,
    ...(token === undefined ? {} : { connectionParams: { token } }),
    retryDelayMs: () => 50,
  });
  return {
    api: createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] }),
    [Symbol.asyncDispose]: async () => socket.close(),
  };
}

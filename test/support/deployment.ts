import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isExecutionEnded } from '@flotilla/shared/lifecycle/executionState';
import type { AttemptView, ExecutionView, JobView } from '@flotilla/shared/views';
import type { Program } from '../../scripts/launch/program.ts';
import { startRunner, type RunnerOptions } from '../../scripts/launch/runnerProgram.ts';
import { connectUser, type ServiceClient } from '../../scripts/launch/serviceClient.ts';
import {
  startService,
  type ServiceOptions,
  type ServiceProgram,
} from '../../scripts/launch/serviceProgram.ts';
import { connect, type Sql } from '../../service/src/db/database.ts';
import { removeContainersUnder } from './containers.ts';
import { persist } from './persist.ts';
import { temporaryFolder } from './temporaryFolder.ts';
import { testDatabase } from './testDatabase.ts';
import { runnerToken as createRunnerToken, userToken as createUserToken } from './tokens.ts';
import { waitFor } from './waitFor.ts';
import { listJobs } from '../../scripts/launch/liveRows.ts';

/** The image of command steps in these tests; the project's scripts make it. */
export const testImage = 'flotilla/demo:local';

/** How long a hold point may be held, in milliseconds. */
const holdsMs = 10 * 60_000;

export interface DeploymentOptions {
  /** Puts repositories into the folder that the service serves, before it starts. */
  readonly repositories: (folder: string) => Promise<unknown>;
  /** Settings of the service (service/src/config.ts). */
  readonly env?: Readonly<Record<string, string>>;
  /** A migrated database; without it one of the shared server's. */
  readonly databaseUrl?: string;
}

/** A runner of a deployment, as a program. */
export interface RunnerOfDeployment extends Program {
  readonly name: string;
  readonly stateFolder: string;
}

/** A replica of the service, as a program. */
export interface Replica {
  /** Where it listens, after a new start too. */
  readonly url: string;
  readonly program: ServiceProgram;
  /** Ends it without a goodbye, or as an update does (SIGTERM), and waits until it is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Starts it again at the same address. */
  startAgain(): Promise<void>;
}

/** An Execution that has ended, with its Jobs by repository. */
export interface EndedExecution {
  readonly execution: ExecutionView;
  readonly jobs: ReadonlyMap<string, JobView>;
}

/** The service and any number of runners as programs, and a user's client of them. Disposing stops them all. */
export interface Deployment extends AsyncDisposable {
  /** For what a test needs besides; goes away with the deployment. */
  readonly folder: string;
  readonly repositoriesFolder: string;
  readonly url: string;
  readonly client: ServiceClient;
  readonly userToken: string;
  readonly runnerToken: string;
  /** The database, for what the API does not show. */
  readonly sql: Sql;
  readonly service: ServiceProgram;
  /** Kills the service without a goodbye and starts it again at the same address. */
  restartService(): Promise<void>;
  /** The service as the first replica. */
  readonly replica: Replica;
  /** Starts another replica of the service, on the same database and the same shared folder. */
  startReplica(): Promise<Replica>;
  /** Starts a runner with a state folder of its own. */
  startRunner(options?: Partial<RunnerOptions>): RunnerOfDeployment;
  /** Starts an Execution of an Action (the members of its file). */
  start(action: Readonly<Record<string, unknown>>): Promise<ExecutionView>;
  /** Starts an Execution of one shell script over the repositories of a scope query. */
  startScript(
    scopeQuery: string,
    script: string,
    more?: Readonly<Record<string, unknown>>,
  ): Promise<ExecutionView>;
  /** Waits until an Execution has ended. */
  ended(execution: ExecutionView, timeoutMs?: number): Promise<EndedExecution>;
  /** The Attempts of a Job, oldest first. */
  attemptsOf(jobId: number): Promise<AttemptView[]>;
}

/** Starts a service over repositories, with a user and a runner token. */
export async function startDeployment(options: DeploymentOptions): Promise<Deployment> {
  await using resources = new AsyncDisposableStack();
  const { path: folder } = resources.use(await temporaryFolder());
  const repositoriesFolder = join(folder, 'repositories');
  await mkdir(repositoriesFolder);
  await options.repositories(repositoriesFolder);
  const databaseUrl = options.databaseUrl ?? resources.use(await testDatabase()).url;
  // A transaction that a test holds open is a silent connection.
  const { sql } = resources.use(connect(databaseUrl, { max: 2, statementMs: holdsMs }));
  const [userToken, runnerToken] = await Promise.all([
    createUserToken(sql, 'Ada', 'member'),
    createRunnerToken(sql),
  ]);
  const serviceOptions = {
    repositoriesFolder,
    defaultImage: testImage,
    databaseUrl,
    env: { FLOTILLA_SHARED: join(folder, 'shared'), ...options.env },
  };
  let replicaCount = 0;
  const nextReplica = () => {
    replicaCount += 1;
    return openReplica({ ...serviceOptions, dataFolder: join(folder, `service-${replicaCount}`) });
  };
  const replica = await nextReplica();
  resources.defer(() => replica.program[Symbol.asyncDispose]());
  const { url } = replica;
  const client = resources.use(connectUser(url, userToken));
  await waitFor('the service to have scanned the repositories', async () => {
    const { hosts } = await client.api.repositories.sync.mutate();
    return hosts.every(({ state }) => state !== 'goesOn');
  });
  const replicas = resources.use(new AsyncDisposableStack());
  resources.defer(() => removeContainersUnder(folder));
  const runners = resources.use(new AsyncDisposableStack());
  const start: Deployment['start'] = (action) =>
    client.api.executions.create.mutate({
      requestKey: randomUUID(),
      fileName: 'example.action.json',
      text: JSON.stringify(action),
      baseVersion: null,
      origin: null,
      repositories: null,
    });
  const owned = resources.move();
  return {
    folder,
    repositoriesFolder,
    url,
    client,
    userToken,
    runnerToken,
    sql,
    get service() {
      return replica.program;
    },
    async restartService() {
      await replica.end('SIGKILL');
      await replica.startAgain();
    },
    replica,
    async startReplica() {
      const another = await nextReplica();
      replicas.defer(() => another.program[Symbol.asyncDispose]());
      return another;
    },
    startRunner(runner = {}) {
      const name = runner.name ?? `test-${randomUUID().slice(0, 8)}`;
      const stateFolder = runner.stateFolder ?? join(folder, 'runners', name);
      const program = startRunner({
        serverUrl: url,
        token: runnerToken,
        capacity: 1,
        ...runner,
        name,
        stateFolder,
      });
      runners.use(program);
      return { ...program, name, stateFolder };
    },
    start,
    startScript: (scopeQuery, script, more = {}) =>
      start({
        name: 'example',
        scopeQuery,
        steps: [{ type: 'command', args: ['sh', '-c', script] }],
        ...more,
      }),
    async ended(execution, timeoutMs = 60_000) {
      const ended = await waitFor(
        `Execution ${execution.id} to end`,
        async () => {
          const seen = await persist(() => client.api.executions.get.query({ executionId: execution.id }));
          return isExecutionEnded(seen.state) && seen;
        },
        { timeoutMs, everyMs: 50 },
      );
      const jobs = await persist(() => listJobs(client.api, execution.id));
      return { execution: ended, jobs: new Map(jobs.map((job) => [job.repository, job])) };
    },
    attemptsOf: async (jobId) =>
      (await persist(() => client.api.attempts.list.query({ jobId }))).toSorted(
        (a, b) => a.number - b.number,
      ),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function openReplica(options: ServiceOptions): Promise<Replica> {
  let program = await startService(options);
  const { url } = program;
  return {
    url,
    get program() {
      return program;
    },
    async end(signal) {
      program.signal(signal);
      await program.exited;
    },
    async startAgain() {
      program = await startService({ ...options, port: Number(new URL(url).port) });
    },
  };
}

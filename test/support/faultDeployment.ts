import { join } from 'node:path';
import type { AttemptView, ExecutionView } from '@flotilla/shared/views';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../service/src/db/embedded/embeddedPostgres.ts';
import { startDeployment, type Deployment } from './deployment.ts';
import { putMigratedCluster } from './migratedCluster.ts';
import { makeRepository } from './repositories.ts';
import { temporaryFolder } from './temporaryFolder.ts';
import { listJobs } from '../../scripts/launch/liveRows.ts';

/** Whether the tests take the real intervals and sizes, instead of a tenth of them (docs/reliability.md). */
export const real = process.env['FLOTILLA_FAULTS'] === 'real';

/** In milliseconds. */
export const intervals = real
  ? { heartbeat: 5000, lease: 30_000, janitor: 5000, grace: 10_000, poll: 2000, farewell: 10_000 }
  : { heartbeat: 500, lease: 3000, janitor: 500, grace: 1000, poll: 200, farewell: 1000 };

/** How long the database may work on one statement, where a test says so: a tenth is little on a busy machine. */
export const statementMs = real ? 30_000 : 3000;

/** Length of a lease in these tests, in milliseconds. */
export const leaseMs = intervals.lease;

/** After a loss: the lease, what the janitor takes to see it, a claim, and a container's start on a busy machine. */
export const againMs = 2 * leaseMs + 20_000;

/** A deployment on a Postgres server of its own, which keeps what it has said is committed. */
export interface FaultDeployment extends Deployment {
  readonly postgres: EmbeddedPostgres;
}

export interface FaultDeploymentOptions {
  /** Further settings of the service. */
  readonly env?: Readonly<Record<string, string>>;
  /** Puts something between the service and its database: gets the database's address, and returns the one to use. */
  readonly before?: (databaseUrl: string) => Promise<string>;
  /** Folder of the Postgres server; one of its own unless told otherwise. */
  readonly postgresFolder?: string;
  /** How many repositories it serves: `repository-01` and so on; one unless told otherwise. */
  readonly repositories?: number;
}

export async function startFaultDeployment(options: FaultDeploymentOptions = {}): Promise<FaultDeployment> {
  await using resources = new AsyncDisposableStack();
  const folder = options.postgresFolder ?? resources.use(await temporaryFolder()).path;
  await putMigratedCluster(folder);
  const postgres = resources.use(await startEmbeddedPostgres({ folder }));
  const databaseUrl = (await options.before?.(postgres.url)) ?? postgres.url;
  const deployment = resources.use(
    await startDeployment({
      databaseUrl,
      repositories: async (repositories) => {
        for (let number = 1; number <= (options.repositories ?? 1); number++) {
          const name = `repository-${String(number).padStart(2, '0')}`;
          await makeRepository(join(repositories, name), { files: { file: `${name}\n` } });
        }
      },
      env: {
        FLOTILLA_HEARTBEAT_MS: String(intervals.heartbeat),
        FLOTILLA_LEASE_MS: String(intervals.lease),
        FLOTILLA_JANITOR_MS: String(intervals.janitor),
        FLOTILLA_STOP_GRACE_MS: String(intervals.grace),
        FLOTILLA_CLAIM_POLL_MS: String(intervals.poll),
        FLOTILLA_FAREWELL_MS: String(intervals.farewell),
        ...options.env,
      },
    }),
  );
  const owned = resources.move();
  return Object.create(deployment, {
    postgres: { value: postgres },
    [Symbol.asyncDispose]: { value: () => owned.disposeAsync() },
  }) as FaultDeployment;
}

/** How many lines an Attempt that has ended says it wrote: the file `count` of its Patch. */
export async function countOf(
  { client }: Deployment,
  execution: ExecutionView,
  attempt: AttemptView,
): Promise<number> {
  const [job] = await listJobs(client.api, execution.id);
  if (job?.patch?.attemptId !== attempt.id) throw new Error('the result is not this Attempt’s');
  const place = new URLSearchParams({
    repository: String(job.repositoryId),
    tree: job.patch.resultTree,
    path: 'count',
  });
  return Number(Buffer.from(await client.read(`/contents?${place.toString()}`)).toString());
}

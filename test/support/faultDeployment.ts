import { join } from 'node:path';
import type { AttemptView, ExecutionView } from '@flotilla/shared/views';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../service/src/db/embedded/embeddedPostgres.ts';
import { migrate } from '../../service/src/db/migrate.ts';
import { startDeployment, type Deployment } from './deployment.ts';
import { makeRepository } from './repositories.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** A tenth of the real intervals (design §15); `FLOTILLA_FAULTS=real` takes the real ones. */
const intervals =
  process.env['FLOTILLA_FAULTS'] === 'real'
    ? { heartbeat: 5000, lease: 30_000, janitor: 5000, grace: 10_000, poll: 2000 }
    : { heartbeat: 500, lease: 3000, janitor: 500, grace: 1000, poll: 200 };

/** Length of a lease in these tests, in milliseconds. */
export const leaseMs = intervals.lease;

/** How many repositories a deployment for faults serves: `repository-01` and so on. */
const repositoryCount = 12;

/** A deployment on a Postgres server of its own, which keeps what it has said is committed. */
export interface FaultDeployment extends Deployment {
  readonly postgres: EmbeddedPostgres;
}

export async function startFaultDeployment(): Promise<FaultDeployment> {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  const postgres = resources.use(await startEmbeddedPostgres({ folder: folder.path }));
  await migrate(postgres.url);
  const deployment = resources.use(
    await startDeployment({
      databaseUrl: postgres.url,
      repositories: async (repositories) => {
        for (let number = 1; number <= repositoryCount; number++) {
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
  const [job] = await client.api.jobs.list.query({ executionId: execution.id });
  if (job?.patch?.attemptId !== attempt.id) throw new Error('the result is not this Attempt’s');
  const place = new URLSearchParams({
    repository: String(job.repositoryId),
    tree: job.patch.resultTree,
    path: 'count',
  });
  return Number(Buffer.from(await client.read(`/contents?${place.toString()}`)).toString());
}

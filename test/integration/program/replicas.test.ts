import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { startBalancer } from '../../support/balancer.ts';
import { followLog } from '../../support/followedLog.ts';
import { commitFiles, git, makeRepositories } from '../../support/repositories.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { testDatabase } from '../../support/testDatabase.ts';
import { connectRunner, logOf } from '../../support/testRunner.ts';
import {
  openEditor,
  testService,
  type TestService,
  type TestServiceOptions,
} from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

const names = ['one', 'two', 'three', 'four', 'five', 'six'];

interface Replicas extends AsyncDisposable {
  readonly replicas: readonly TestService[];
  /** Opens one more on the same database and shared folder. */
  open(): Promise<TestService>;
}

/** Replicas that start at the same moment: one Postgres, one shared folder, each with a data folder of its own. */
async function startReplicas(count: number, options: TestServiceOptions = {}): Promise<Replicas> {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  const database = resources.use(await testDatabase());
  const repositoriesFolder = join(folder.path, 'repositories');
  await makeRepositories(repositoriesFolder, names);
  const start = () =>
    testService({
      database,
      sharedFolder: join(folder.path, 'shared'),
      repositoriesFolder,
      ...options,
    });
  const replicas = await Promise.all(Array.from({ length: count }, start));
  for (const replica of replicas) resources.use(replica);
  const owned = resources.move();
  return {
    replicas,
    open: async () => owned.use(await start()),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test('replicas that start and scan at the same moment make one mirror of each repository', async () => {
  await using fleet = await startReplicas(3);
  const [first] = fleet.replicas;
  if (first === undefined) throw new Error('there is no replica');
  await Promise.all(fleet.replicas.map((replica) => replica.api.repositories.sync.mutate()));
  const mirrors = await readdir(join(first.service.config.sharedFolder, 'mirrors'));
  expect(mirrors.toSorted()).toEqual(names.map((_, index) => `${index + 1}.git`));
  const repositories = await first.api.repositories.list.query();
  expect(repositories.map(({ name, reason }) => [name, reason])).toEqual(
    names.toSorted().map((name) => [name, null]),
  );
});

test('what a replica has fetched serves the others, and what moved is seen by whichever scans', async () => {
  await using fleet = await startReplicas(2);
  const [first, second] = fleet.replicas;
  if (first === undefined || second === undefined) throw new Error('there are no two replicas');
  const source = join(first.repositoriesFolder, 'one');
  await commitFiles(source, { 'new.txt': 'new\n' }, 'New');
  await first.api.repositories.sync.mutate();
  expect(await second.api.repositories.sync.mutate()).toMatchObject({ changed: 0 });
  const execution = await startExecution(second.api);
  const jobs = await listJobs(first.api, execution.id);
  expect(jobs.find((job) => job.repository === 'one')?.baseRevision).toBe(
    await git(source, ['rev-parse', 'HEAD']),
  );
});

test('a replica that stops is not ready, takes no new connection, and is done when its clients have gone', async () => {
  await using fleet = await startReplicas(2, { config: { unreadyMs: 500, farewellMs: 60_000 } });
  const [first, second] = fleet.replicas;
  if (first === undefined || second === undefined) throw new Error('there are no two replicas');
  await using balancer = await startBalancer([first.url, second.url]);
  const stopped = first[Symbol.asyncDispose]();
  await waitFor('the replica not to be ready', async () => {
    const answer = await fetch(`${first.url}/readyz`);
    const { ready } = (await answer.json()) as { ready: boolean };
    return answer.status === 503 && !ready;
  });
  await stopped;
  await expect(fetch(`${first.url}/readyz`)).rejects.toThrow('fetch failed');
  expect((await fetch(`${balancer.url}/readyz`)).status).toBe(200);
});

test('a rolling restart behind a balancer loses no line, doubles none, and gives no Job away', async () => {
  // Clients go by themselves: a bound that a test would notice says that nobody is cut off.
  await using fleet = await startReplicas(2, { config: { farewellMs: 60_000 } });
  const [first, second] = fleet.replicas;
  if (first === undefined || second === undefined) throw new Error('there are no two replicas');
  await using balancer = await startBalancer([first.url]);
  await using editor = openEditor(balancer.url, first.userToken);
  await using runner = await connectRunner({ serverUrl: balancer.url, token: first.runnerToken });
  const execution = await startExecution(editor.api);
  const job = await runner.claimOne();
  using log = followLog(editor as never, job.attemptId);
  let sent = 0;
  const append = async (count: number) => {
    for (let number = 0; number < count; number++) {
      const bytes = logOf(`line ${sent}`.padEnd(20));
      const once = () => runner.append(job, 'log', sent * bytes.length, bytes);
      // A kept connection may be closed just when a request is on its way; a runner then sends it again, as here.
      const answer = await once().catch(once);
      expect(answer).toMatchObject({ status: 200 });
      sent += 1;
    }
  };
  await append(20);
  await waitFor('the first lines to be read', () => log.records.length === 20);

  balancer.setTargets([first.url, second.url]);
  const stopped = first[Symbol.asyncDispose]();
  await append(200);
  await stopped;
  const third = await fleet.open();
  balancer.setTargets([third.url, second.url]);
  const secondStopped = second[Symbol.asyncDispose]();
  await append(200);
  await secondStopped;

  const { result } = await runner.finish(
    job,
    { kind: 'succeeded' },
    { logLength: sent * logOf('x'.repeat(20)).length },
  );
  expect(result).toBe('done');
  await waitFor('the log to be read to its end', () => log.ended);
  expect(log.faults).toEqual([]);
  expect(log.records.map((record) => Buffer.from(record.data).toString().trim())).toEqual(
    Array.from({ length: sent }, (_, number) => `line ${number}`),
  );
  const jobs = await listJobs(third.api, execution.id);
  expect(jobs.find((one) => one.id === job.jobId)).toMatchObject({ state: 'succeeded' });
  expect(await third.api.attempts.list.query({ jobId: job.jobId })).toHaveLength(1);
});

test('a replica whose LISTEN connection is lost looks at once, and hears again', async () => {
  await using fleet = await startReplicas(2);
  const [first, second] = fleet.replicas;
  if (first === undefined || second === undefined) throw new Error('there are no two replicas');
  await startExecution(first.api);
  await using runner = await connectRunner({ serverUrl: first.url, token: first.runnerToken });
  const job = await runner.claimOne();
  using log = followLog({ api: second.api } as never, job.attemptId);
  const bytes = logOf('before');
  await runner.append(job, 'log', 0, bytes);
  await waitFor('the line from the other replica', () => log.records.length === 1);
  const { sql } = first.service;
  const cut = await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and query like 'listen%'`;
  expect(cut.length).toBe(2);
  await runner.append(job, 'log', bytes.length, logOf('during'));
  await waitFor('the line that no hint announced', () => log.records.length === 2);
  await waitFor('both replicas to listen again', async () => {
    const rows = await sql`
      select from pg_stat_activity where datname = current_database() and query like 'listen%'`;
    return rows.length === 2;
  });
});

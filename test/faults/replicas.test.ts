import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectUser, type ServiceClient } from '../../scripts/launch/serviceClient.ts';
import type { Replica, RunnerOfDeployment } from '../support/deployment.ts';
import { startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { followLog } from '../support/followedLog.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { flows, letEnd, startStreaming } from '../support/streaming.ts';
import { waitFor } from '../support/waitFor.ts';
import { withoutNotifications } from '../support/withoutNotifications.ts';

/** How long a reader may see nothing while a replica goes away (docs/spec/faults.md), and what a busy machine adds. */
const gapMs = 2000 + 8000;

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
let replicas: readonly [Replica, Replica];
let database: Proxy;
beforeAll(async () => {
  deployment = resources.use(
    await startFaultDeployment({
      repositories: 12,
      before: async (url) => {
        database = resources.use(await startProxy(url, { answers: (data) => heard(data) }));
        return database.url;
      },
    }),
  );
  replicas = [deployment.replica, await deployment.startReplica()];
});
afterAll(() => resources.disposeAsync());

/** Whether notifications pass the network to the database. */
let notifies = true;
async function* heard(data: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* notifies ? data : withoutNotifications(data);
}

interface Balanced extends AsyncDisposable {
  readonly runner: RunnerOfDeployment;
  readonly client: ServiceClient;
  readonly networks: readonly Proxy[];
}

/** A runner and a client, each behind a balancer that takes the replicas in that order. */
async function behindBalancers(
  runnerFirst: readonly Replica[],
  clientFirst: readonly Replica[],
): Promise<Balanced> {
  await using stack = new AsyncDisposableStack();
  const runnerNetwork = stack.use(await startProxy(runnerFirst.map(({ url }) => url)));
  const clientNetwork = stack.use(await startProxy(clientFirst.map(({ url }) => url)));
  const client = stack.use(connectUser(clientNetwork.url, deployment.userToken));
  const runner = stack.use(deployment.startRunner({ serverUrl: runnerNetwork.url }));
  const owned = stack.move();
  return {
    runner,
    client,
    networks: [runnerNetwork, clientNetwork],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test('#8 a replica that is killed while a log streams costs runner and editor a moment, and no line', async () => {
  const [one, other] = replicas;
  await using balanced = await behindBalancers([one, other], [one, other]);
  const { execution, attempt } = await startStreaming(deployment);
  using log = followLog(balanced.client, attempt.id);
  await flows(log);
  for (const replica of [one, other]) {
    await replica.end('SIGKILL');
    await flows(log, 1, gapMs);
    await flows(log);
    await replica.startAgain();
  }
  const { written, ...logs } = await letEnd(deployment, balanced.runner, execution, attempt, log);
  expect(logs).toEqual({ stored: written, read: written, faults: [] });
});

test('#9 replicas that are restarted one after the other under load cost no Job a second Attempt', async () => {
  await using balanced = await behindBalancers(replicas, replicas);
  await using _second = deployment.startRunner({ serverUrl: balanced.networks[0]?.url ?? '' });
  const { execution, attempt } = await startStreaming(deployment);
  using log = followLog(balanced.client, attempt.id);
  await flows(log);
  const load = await deployment.startScript('repo:', 'echo $REPOSITORY >> file; seq 1 2000');
  for (const replica of replicas) {
    await replica.end('SIGTERM');
    await replica.startAgain();
    await flows(log);
  }
  const { execution: ended, jobs } = await deployment.ended(load, 90_000);
  expect(ended).toMatchObject({ state: 'succeeded', changed: jobs.size });
  expect([...jobs.values()].filter(({ attemptCount }) => attemptCount !== 1)).toEqual([]);
  // Which of the two runners has the streaming Step is theirs to say.
  const holder = { stateFolder: balanced.runner.stateFolder.replace(balanced.runner.name, attempt.runner) };
  const { written, ...logs } = await letEnd(deployment, holder, execution, attempt, log);
  expect(logs).toEqual({ stored: written, read: written, faults: [] });
});

test('#12 replicas whose listening connections are ended listen again, and a log goes on across them', async () => {
  const [one, other] = replicas;
  await using balanced = await behindBalancers([one], [other]);
  const { execution, attempt } = await startStreaming(deployment);
  using log = followLog(balanced.client, attempt.id);
  await flows(log);
  const listeners = async () => {
    const rows = await deployment.sql<{ pid: number }[]>`
      select pid from pg_stat_activity where datname = current_database() and query ilike 'listen%'`;
    return rows.map(({ pid }) => pid);
  };
  const before = await listeners();
  expect(before).toHaveLength(2);
  for (const pid of before) await deployment.sql`select pg_terminate_backend(${pid})`;
  await flows(log);
  await waitFor('both to listen again', async () => {
    const now = await listeners();
    return now.length === 2 && now.every((pid) => !before.includes(pid));
  });
  await flows(log);
  const { written, ...logs } = await letEnd(deployment, balanced.runner, execution, attempt, log);
  expect(logs).toEqual({ stored: written, read: written, faults: [] });
});

test('#13 without any notification a log is followed across replicas by polling, and a Job is found', async () => {
  const [one, other] = replicas;
  notifies = false;
  // The replicas connect again, now through a network in which notifications are lost.
  database.drop();
  await using balanced = await behindBalancers([one], [other]);
  const { execution, attempt } = await startStreaming(deployment);
  using log = followLog(balanced.client, attempt.id);
  // Polled every 2 s: 1,000 lines a second come in heaps.
  for (let time = 1; time <= 3; time++) await flows(log, 500, gapMs);
  const { written, ...logs } = await letEnd(deployment, balanced.runner, execution, attempt, log);
  expect(logs).toEqual({ stored: written, read: written, faults: [] });
});

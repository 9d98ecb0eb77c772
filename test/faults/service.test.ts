import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectUser } from '../../scripts/launch/serviceClient.ts';
import type { RunnerOfDeployment } from '../support/deployment.ts';
import { startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { followLog } from '../support/followedLog.ts';
import { readLogSoFar } from '../support/logs.ts';
import { linesIn } from '../support/numberedLines.ts';
import { persist } from '../support/persist.ts';
import { startProxy } from '../support/proxy.ts';
import { flows, letEnd, startStreaming } from '../support/streaming.ts';
import { waitFor } from '../support/waitFor.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
let runner: RunnerOfDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment({ repositories: 12 }));
  runner = deployment.startRunner({ capacity: 2 });
});
afterAll(() => resources.disposeAsync());

test('a client whose connection is cut, delayed and stalled while a log streams reads every line once', async () => {
  await using proxy = await startProxy(deployment.url);
  await using client = connectUser(proxy.url, deployment.userToken);
  const { execution, attempt } = await startStreaming(deployment);
  using log = followLog(client, attempt.id);
  await flows(log);
  for (let cut = 1; cut <= 3; cut++) {
    proxy.drop();
    await waitFor('the client to connect again', () => proxy.accepted > cut);
    await flows(log);
  }
  proxy.delay(100);
  await flows(log);
  proxy.blackHole();
  const stored = linesIn(await readLogSoFar(deployment.client, attempt.id));
  await waitFor(
    'the log to grow unseen',
    async () => linesIn(await readLogSoFar(deployment.client, attempt.id)) > stored + 500,
  );
  proxy.restore();
  await flows(log, 500);
  const { written, ...logs } = await letEnd(deployment, runner, execution, attempt, log);
  expect(logs).toEqual({ stored: written, read: written, faults: [] });
});

test('Postgres restarts as after a crash while a log streams, and no line is lost or doubled', async () => {
  const { execution, attempt } = await startStreaming(deployment);
  using log = followLog(deployment.client, attempt.id);
  await flows(log);
  for (let time = 1; time <= 2; time++) {
    await deployment.postgres.restartImmediately();
    await flows(log);
  }
  expect([runner.hasExited(), deployment.service.hasExited()]).toEqual([false, false]);
  const { written, ...logs } = await letEnd(deployment, runner, execution, attempt, log);
  expect(logs).toEqual({ stored: written, read: written, faults: [] });
});

test('the service is killed and starts again while a log streams, and no line is lost or doubled', async () => {
  const { execution, attempt } = await startStreaming(deployment);
  using log = followLog(deployment.client, attempt.id);
  await flows(log);
  await deployment.restartService();
  await flows(log);
  const { written, ...logs } = await letEnd(deployment, runner, execution, attempt, log);
  expect(logs).toEqual({ stored: written, read: written, faults: [] });
});

test('Jobs that are fetched, run and handed in while service and database restart all succeed', async () => {
  const execution = await deployment.startScript('repo:', 'echo $REPOSITORY >> file; seq 1 2000');
  const ended = async (count: number) => {
    await waitFor(`${count} Jobs to end`, async () => {
      const { counts } = await persist(() =>
        deployment.client.api.executions.get.query({ executionId: execution.id }),
      );
      return counts.queued + counts.running <= 12 - count;
    });
  };
  await ended(2);
  await deployment.restartService();
  await ended(5);
  await deployment.postgres.restartImmediately();
  await ended(8);
  await deployment.restartService();
  const { execution: result, jobs } = await deployment.ended(execution, 60_000);
  expect(result).toMatchObject({ state: 'succeeded', changed: 12 });
  for (const job of jobs.values()) {
    const attempts = await deployment.attemptsOf(job.id);
    expect(attempts.filter(({ state }) => state === 'succeeded')).toHaveLength(1);
    expect(attempts.filter(({ state }) => state === 'errored')).toEqual([]);
  }
});

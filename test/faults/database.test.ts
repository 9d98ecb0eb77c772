import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectUser } from '../../scripts/launch/serviceClient.ts';
import type { RunnerOfDeployment } from '../support/deployment.ts';
import { leaseMs, real, startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { followLog, type FollowedLog } from '../support/followedLog.ts';
import { readLogSoFar } from '../support/logs.ts';
import { linesIn } from '../support/numberedLines.ts';
import { startProxy } from '../support/proxy.ts';
import { letGo, waitingScript } from '../support/steps.ts';
import { flows, letEnd, startStreaming, writesOn } from '../support/streaming.ts';
import { waitFor } from '../support/waitFor.ts';
import { listJobs } from '../../scripts/launch/liveRows.ts';

/** Jobs that run at once while Postgres restarts. */
const running = real ? 50 : 10;
/** How long Postgres is down at least, in milliseconds: four leases, in each of which a Step writes no more than one line. */
const downMs = 4 * leaseMs;

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
let runner: RunnerOfDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment({ repositories: running }));
  runner = deployment.startRunner({ capacity: running });
});
afterAll(() => resources.disposeAsync());

test('#10 Postgres restarts as after a crash while many Jobs run: no process ends, and no Attempt is lost', async () => {
  const execution = await deployment.startScript('repo:', waitingScript);
  const attempts = await waitFor(
    'every Job to run its Step',
    async () => {
      const jobs = await listJobs(deployment.client.api, execution.id);
      const all = await Promise.all(jobs.map(({ id }) => deployment.attemptsOf(id)));
      const started = all.flat().filter(({ steps }) => steps[0]?.state === 'running');
      return started.length === running && started;
    },
    { timeoutMs: 90_000, everyMs: 200 },
  );
  await deployment.postgres.restartImmediately();
  await Promise.all(attempts.map((attempt) => letGo(runner, attempt)));
  const { execution: ended, jobs } = await deployment.ended(execution, 90_000);
  expect(ended.counts).toMatchObject({ succeeded: running });
  expect([...jobs.values()].filter(({ attemptCount }) => attemptCount !== 1)).toEqual([]);
  expect([runner.hasExited(), deployment.service.hasExited()]).toEqual([false, false]);
});

test(
  '#11 Postgres is down for four leases: the Step writes on, no Attempt is lost, and every line arrives',
  async () => {
    const { execution, attempt } = await startStreaming(deployment);
    using log = followLog(deployment.client, attempt.id);
    await flows(log);
    await deployment.postgres.restartImmediately(() => writesOn(attempt, downMs));
    const stored = linesIn(await readLogSoFar(deployment.client, attempt.id));
    // A thousand lines a second were written meanwhile, half of that on a busy machine.
    await waitFor(
      'what was written meanwhile',
      async () => linesIn(await readLogSoFar(deployment.client, attempt.id)) > stored + downMs / 4,
      { everyMs: 200 },
    );
    expect([runner.hasExited(), deployment.service.hasExited()]).toEqual([false, false]);
    const { written, ...logs } = await letEnd(deployment, runner, execution, attempt, log);
    expect(logs).toEqual({ stored: written, read: written, faults: [] });
  },
  11 * downMs + 120_000,
);

test('#11 an editor that connects while Postgres is down is answered, and follows a log, when it is back', async () => {
  const { execution, attempt } = await startStreaming(deployment);
  await using late = new AsyncDisposableStack();
  let log: FollowedLog | undefined;
  let asked: Promise<unknown> | undefined;
  let connected = false;
  const network = late.use(
    await startProxy(deployment.url, {
      async *answers(data) {
        for await (const piece of data) {
          connected ||= piece.subarray(0, 12).toString('latin1') === 'HTTP/1.1 101';
          yield piece;
        }
      },
    }),
  );
  await deployment.postgres.restartImmediately(async () => {
    const client = late.use(connectUser(network.url, deployment.userToken));
    log = late.use(followLog(client, attempt.id));
    asked = client.api.executions.get.query({ executionId: execution.id });
    await waitFor('the editor to be connected', () => connected);
  });
  expect(await asked).toMatchObject({ id: execution.id });
  if (log === undefined) throw new Error('no log was followed');
  const { written, ...logs } = await letEnd(deployment, runner, execution, attempt, log);
  expect(logs).toEqual({ stored: written, read: written, faults: [] });
});

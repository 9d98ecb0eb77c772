import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { containersOf } from '../support/containers.ts';
import type { RunnerOfDeployment } from '../support/deployment.ts';
import {
  againMs,
  intervals,
  leaseMs,
  startFaultDeployment,
  type FaultDeployment,
} from '../support/faultDeployment.ts';
import { followLog } from '../support/followedLog.ts';
import { hold, waitForBlocked } from '../support/holdPoints.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { currentAttempt, letGo, untilBegun, waitingScript } from '../support/steps.ts';
import { flows, letEnd, startStreaming } from '../support/streaming.ts';
import { waitFor } from '../support/waitFor.ts';
import { listJobs } from '../../scripts/launch/liveRows.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment());
});
afterAll(() => resources.disposeAsync());

/** Between the service and the runner of a test. */
let network: Proxy;
let runner: RunnerOfDeployment;
beforeEach(async () => {
  network = await startProxy(deployment.url);
  runner = deployment.startRunner({ serverUrl: network.url });
});
afterEach(async () => {
  network.restore();
  await runner[Symbol.asyncDispose]();
  await network[Symbol.asyncDispose]();
});

const scope = 'repo:^repository-01$';
/** Whether an answer to such a request waits in the network. */
const held = (request: string) =>
  network.connections.some(
    (connection) => connection.request.startsWith(request) && connection.waiting.answers > 0,
  );

test('#4 a finish whose answer is lost is repeated, and the Job keeps its one result', async () => {
  const execution = await deployment.startScript(scope, waitingScript);
  const attempt = await untilBegun(deployment, execution);
  await using committed = await hold(
    deployment.sql,
    (sql) => sql`select from jobs where id = ${attempt.jobId} for update`,
  );
  await letGo(runner, attempt);
  await waitForBlocked(deployment.sql, 1, 'finish');
  network.blackHole('answers');
  await committed.release();
  await waitFor('the finish to be committed', async () => {
    const [current] = await deployment.attemptsOf(attempt.jobId);
    return current?.state === 'succeeded';
  });
  await waitFor('its answer to be held', () => held('GET /runner'));
  network.drop();
  network.restore();
  await waitFor('the runner to hear of its success', () => /attempt ended/.test(runner.output()));
  const { jobs } = await deployment.ended(execution);
  expect([...jobs.values()]).toMatchObject([{ state: 'succeeded', attemptCount: 1 }]);
  expect(await containersOf(attempt)).toEqual([]);
});

test('#5 appends whose answers are lost store every line once', async () => {
  const { execution, attempt } = await startStreaming(deployment);
  using log = followLog(deployment.client, attempt.id);
  await flows(log);
  for (let time = 1; time <= 3; time++) {
    network.blackHole('answers');
    await waitFor('the answer to an append to be held', () => held('POST /attempts/'));
    network.drop();
    network.restore();
    await flows(log);
  }
  const { written, ...logs } = await letEnd(deployment, runner, execution, attempt, log);
  expect(logs).toEqual({ stored: written, read: written, faults: [] });
});

test('#7 a claim whose answer is lost is asked again with its key, and the Job runs in that Attempt', async () => {
  await waitFor('the runner to say hello', () => runner.output().includes('connected to the service'));
  network.blackHole('answers');
  const execution = await deployment.startScript(scope, 'true');
  const [job] = await listJobs(deployment.client.api, execution.id);
  // One that was under way when the answers were lost is waited for, a third of the lease, before the next is made.
  const [claimed] = await waitFor(
    'the claim to be committed',
    async () => {
      const attempts = await deployment.attemptsOf(job?.id ?? 0);
      return attempts.length > 0 && attempts;
    },
    { timeoutMs: leaseMs / 3 + intervals.poll + 10_000 },
  );
  network.drop();
  network.restore();
  const { jobs } = await deployment.ended(execution);
  expect([...jobs.values()]).toMatchObject([
    { state: 'succeeded', attemptCount: 1, currentAttemptId: claimed?.id },
  ]);
});

test('#14 a network that is down for two thirds of a lease delays a log, and does nothing else', async () => {
  const { execution, attempt } = await startStreaming(deployment);
  using log = followLog(deployment.client, attempt.id);
  await flows(log);
  network.blackHole();
  await waitFor('two thirds of the lease to be over', async () => {
    const [row] = await deployment.sql`
      select from attempts where id = ${attempt.id} and lease_expires_at - now() < make_interval(secs => ${leaseMs / 3000})`;
    return row;
  });
  network.restore();
  await flows(log, 500);
  const { written, ...logs } = await letEnd(deployment, runner, execution, attempt, log);
  expect(logs).toEqual({ stored: written, read: written, faults: [] });
});

test('#15 a runner that is cut off for longer than its lease is fenced when it is back, and the other one’s result stands', async () => {
  const execution = await deployment.startScript(scope, waitingScript);
  const lost = await currentAttempt(deployment, execution, 1);
  network.blackHole();
  await using second = deployment.startRunner();
  const attempt = await currentAttempt(deployment, execution, 2, againMs);
  // The cut off Step ends, and its runner would like to finish.
  await letGo(runner, lost);
  await letGo(second, attempt);
  const { jobs } = await deployment.ended(execution);
  network.restore();
  await waitFor('the runner to give the Attempt up', () => runner.output().includes('attempt given up'));
  await waitFor('its container to be gone', async () => (await containersOf(lost)).length === 0);
  expect([...jobs.values()]).toMatchObject([{ state: 'succeeded', currentAttemptId: attempt.id }]);
  const states = (await deployment.attemptsOf(attempt.jobId)).map(({ state }) => state);
  expect(states).toEqual(['lost', 'succeeded']);
});

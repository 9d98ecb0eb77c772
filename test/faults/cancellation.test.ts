import { afterAll, beforeAll, expect, test } from 'vitest';
import { containersOf } from '../support/containers.ts';
import type { RunnerOfDeployment } from '../support/deployment.ts';
import { intervals, startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { hold, waitForBlocked } from '../support/holdPoints.ts';
import { readLog, stdoutOf } from '../support/logs.ts';
import { startRegistry } from '../support/registry.ts';
import { letGo, untilBegun, waitingScript } from '../support/steps.ts';
import { waitFor } from '../support/waitFor.ts';
import { listJobs } from '../../scripts/launch/liveRows.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
let runner: RunnerOfDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment());
  runner = deployment.startRunner();
});
afterAll(() => resources.disposeAsync());

const scope = 'repo:^repository-01$';
/** How long a cancelled Job may take to end: the grace and two seconds (docs/spec/jobLifecycle.md, I9), and what a busy machine adds. */
const endedMs = intervals.grace + 2000 + 5000;

test('#22 a Job that is cancelled while its image is pulled ends at once', async () => {
  await using registry = await startRegistry();
  registry.stall();
  const execution = await deployment.start({
    name: 'example',
    scopeQuery: scope,
    image: registry.image,
    steps: [{ type: 'docker', image: registry.image }],
  });
  await waitFor('the pull to wait for a layer', () => registry.stalled > 0);
  await deployment.client.api.executions.cancel.mutate({ executionId: execution.id });
  const { jobs } = await deployment.ended(execution, endedMs);
  expect([...jobs.values()]).toMatchObject([{ state: 'cancelled', attemptCount: 1, patch: null }]);
});

test.each([
  ['first', 'succeeded'],
  ['second', 'cancelled'],
] as const)(
  '#22 a finish that comes %s meets a cancellation of the same Job: it has one result, and it is %s',
  async (place, state) => {
    const execution = await deployment.startScript(scope, waitingScript);
    const attempt = await untilBegun(deployment, execution);
    const cancel = () => deployment.client.api.executions.cancel.mutate({ executionId: execution.id });
    if (place === 'second') await cancel();
    await using held = await hold(
      deployment.sql,
      (sql) => sql`select from jobs where id = ${attempt.jobId} for update`,
    );
    if (place === 'first') await letGo(runner, attempt);
    // The finish waits for the row: of a Step that ended, or of one that was stopped.
    await waitForBlocked(deployment.sql, 1, 'finish');
    const cancelled = place === 'first' ? cancel() : Promise.resolve();
    if (place === 'first') await waitForBlocked(deployment.sql, 1, 'cancel');
    await held.release();
    await cancelled;
    const { jobs } = await deployment.ended(execution);
    expect([...jobs.values()]).toMatchObject([{ state, attemptCount: 1 }]);
    const ended = (await deployment.attemptsOf(attempt.jobId)).map((each) => each.state);
    expect(ended).toEqual([state]);
    expect(await containersOf(attempt)).toEqual([]);
  },
);

test('#23 a Job that is cancelled and rerun at once has a new Attempt, and the old one and its log stay', async () => {
  const execution = await deployment.startScript(scope, waitingScript);
  const first = await untilBegun(deployment, execution);
  await deployment.client.api.executions.cancel.mutate({ executionId: execution.id });
  await waitFor('the Job to be cancelled', async () => {
    const [job] = await listJobs(deployment.client.api, execution.id);
    return job?.state === 'cancelled';
  });
  await deployment.client.api.jobs.rerun.mutate({ jobId: first.jobId });
  const second = await untilBegun(deployment, execution, 2);
  await letGo(runner, second);
  const { jobs } = await deployment.ended(execution);
  expect([...jobs.values()]).toMatchObject([{ state: 'succeeded', attemptCount: 2 }]);
  const attempts = await deployment.attemptsOf(first.jobId);
  expect(attempts.map(({ number, state }) => [number, state])).toEqual([
    [1, 'cancelled'],
    [2, 'succeeded'],
  ]);
  expect(stdoutOf(await readLog(deployment.client, first.id))).toBe('begun\n');
  expect(stdoutOf(await readLog(deployment.client, second.id))).toBe('begun\nlet go\n');
  expect(await containersOf(first)).toEqual([]);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { nothingLeft } from '../support/containers.ts';
import { startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { followLog } from '../support/followedLog.ts';
import { noticesOf, readLog } from '../support/logs.ts';
import { hashesOf, stoppableLinesScript, stoppedAfter, truthOfStopped } from '../support/numberedLines.ts';
import { currentAttempt } from '../support/steps.ts';
import { flows, letEnd, startStreaming } from '../support/streaming.ts';
import { waitFor } from '../support/waitFor.ts';
import { listJobs } from '../../scripts/launch/liveRows.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment({ repositories: 2 }));
});
afterAll(() => resources.disposeAsync());

test('+ a runner that gets SIGTERM finishes what it has, claims nothing more, and ends well', async () => {
  await using runner = deployment.startRunner({ capacity: 2 });
  const { execution, attempt } = await startStreaming(deployment);
  using log = followLog(deployment.client, attempt.id);
  await flows(log);
  runner.signal('SIGTERM');
  await waitFor('the runner to drain', () => runner.output().includes('finishing what is running'));
  const later = await deployment.startScript('repo:^repository-02$', 'true');
  await flows(log);
  const { written, ...logs } = await letEnd(deployment, runner, execution, attempt, log);
  expect(logs).toEqual({ stored: written, read: written, faults: [] });
  expect(await runner.exited).toMatchObject({ exitCode: 0 });
  await nothingLeft(runner);
  const waiting = await listJobs(deployment.client.api, later.id);
  expect(waiting).toMatchObject([{ state: 'queued', attemptCount: 0 }]);
  await using _other = deployment.startRunner();
  expect((await deployment.ended(later)).execution.state).toBe('succeeded');
});

test.each([
  ['has used up its drain time', '1', false],
  ['gets SIGTERM a second time', '600', true],
])(
  '+ a draining runner that %s gives back what it has with all of its log, and the Job runs elsewhere with no loss counted',
  async (_title, drainSeconds, again) => {
    await using runner = deployment.startRunner({ env: { FLOTILLA_RUNNER_DRAIN_SECONDS: drainSeconds } });
    const { execution, attempt } = await startStreaming(deployment, {}, stoppableLinesScript);
    using log = followLog(deployment.client, attempt.id);
    await flows(log);
    runner.signal('SIGTERM');
    await waitFor('the runner to drain', () => runner.output().includes('finishing what is running'));
    if (again) runner.signal('SIGTERM');
    expect(await runner.exited).toMatchObject({ exitCode: 0 });
    await nothingLeft(runner);
    const kept = await readLog(deployment.client, attempt.id);
    expect(hashesOf(kept)).toEqual(truthOfStopped(stoppedAfter(kept)));
    expect(noticesOf(kept)).toContain('The runner was told to stop before this Attempt had ended');
    await waitFor('the client to have read the end', () => log.ended);
    expect({ read: hashesOf(log.records), faults: log.faults }).toEqual({ read: hashesOf(kept), faults: [] });

    await using other = deployment.startRunner();
    const second = await currentAttempt(deployment, execution, 2);
    using secondLog = followLog(deployment.client, second.id);
    await flows(secondLog);
    const { written, ...logs } = await letEnd(deployment, other, execution, second, secondLog);
    expect(logs).toEqual({ stored: written, read: written, faults: [] });
    const attempts = await deployment.attemptsOf(attempt.jobId);
    expect(attempts.map(({ state, runner: name }) => [state, name])).toEqual([
      ['released', runner.name],
      ['succeeded', other.name],
    ]);
    expect(await deployment.sql`select lost_count from jobs where id = ${attempt.jobId}`).toEqual([
      { lost_count: 0 },
    ]);
    await nothingLeft(other);
  },
);

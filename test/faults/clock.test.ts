import { afterAll, beforeAll, expect, test } from 'vitest';
import { startClock, type Clock } from '../support/clock.ts';
import { containersOf } from '../support/containers.ts';
import type { RunnerOfDeployment } from '../support/deployment.ts';
import {
  intervals,
  leaseMs,
  startFaultDeployment,
  type FaultDeployment,
} from '../support/faultDeployment.ts';
import { followLog, type FollowedLog } from '../support/followedLog.ts';
import { readLog } from '../support/logs.ts';
import { untilBegun, waitingScript } from '../support/steps.ts';
import { flows, letEnd, startStreaming } from '../support/streaming.ts';

const hourMs = 3_600_000;

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
let clock: Clock;
let runner: RunnerOfDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment());
  clock = await startClock(deployment.folder);
  runner = deployment.startRunner({ env: clock.env });
});
afterAll(() => resources.disposeAsync());

/** How far the runner's clock is from ours, by the last line that it logged. */
function aheadMs(): number {
  const last = [...runner.output().matchAll(/"time":(\d+)/g)].at(-1);
  return Number(last?.[1]) - Date.now();
}

/** The log flows for two leases: one that was judged by that clock would have ended. */
async function flowsOn(log: FollowedLog): Promise<void> {
  const began = performance.now();
  do await flows(log);
  while (performance.now() - began < 2 * leaseMs);
}

test(
  '#18 a runner whose clock jumps an hour ahead and back while a Step runs keeps its lease, and every line',
  async () => {
    const began = Date.now();
    // Half of the jump: a time limit by that clock would be over.
    const { execution, attempt } = await startStreaming(deployment, { timeout: '30m' });
    using log = followLog(deployment.client, attempt.id);
    await flows(log);
    await clock.set(hourMs);
    await flowsOn(log);
    await clock.set(-hourMs);
    await flowsOn(log);
    const { written, ...logs } = await letEnd(deployment, runner, execution, attempt, log);
    expect(logs).toEqual({ stored: written, read: written, faults: [] });
    expect(aheadMs()).toBeLessThan(-hourMs + 60_000);
    // What people see of its time is what it took.
    const [ended] = await deployment.attemptsOf(attempt.jobId);
    const times = [...(ended?.steps ?? []), ...(ended?.phases ?? [])].flatMap(({ startedAt, endedAt }) => [
      startedAt,
      endedAt,
    ]);
    const logged = (await readLog(deployment.client, attempt.id)).map(({ time }) => time);
    expect(times.length).toBeGreaterThan(0);
    for (const time of [...times, Math.min(...logged), Math.max(...logged)]) {
      expect(time).toBeGreaterThanOrEqual(began - 1000);
      expect(time).toBeLessThanOrEqual(Date.now() + 1000);
    }
  },
  4 * leaseMs + 120_000,
);

test.each([
  ['an hour ahead', hourMs],
  ['an hour back', -hourMs],
])(
  '#18 a Job has the time that its limit says, also when the clock of its runner jumps %s',
  async (_, jumpMs) => {
    await clock.set(0);
    const limitMs = 5000;
    const began = performance.now();
    const execution = await deployment.startScript('repo:^repository-01$', waitingScript, { timeout: '5s' });
    const attempt = await untilBegun(deployment, execution);
    await clock.set(jumpMs);
    const { jobs } = await deployment.ended(execution, limitMs + intervals.grace + 10_000);
    expect([...jobs.values()]).toMatchObject([{ state: 'timedOut', attemptCount: 1 }]);
    expect(performance.now() - began).toBeGreaterThan(limitMs);
    expect(Math.abs(aheadMs() - jumpMs)).toBeLessThan(60_000);
    expect(await containersOf(attempt)).toEqual([]);
  },
);

import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectUser } from '../../scripts/launch/serviceClient.ts';
import { nothingLeft } from '../support/containers.ts';
import type { RunnerOfDeployment } from '../support/deployment.ts';
import { real, startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { followLog } from '../support/followedLog.ts';
import { hashesOf } from '../support/numberedLines.ts';
import { startProxy } from '../support/proxy.ts';
import { forgetPeak, residentBytes } from '../support/residentBytes.ts';
import { flows, letEnd, startStreaming } from '../support/streaming.ts';
import { waitFor } from '../support/waitFor.ts';

const mib = 1024 * 1024;
/** Editors that read 1 KB a second. */
const slowEditors = 20;
/**
 * What they may cost the service (docs/performance.md: 2 MiB each), and garbage: V8 does not hurry to collect before 64 MiB
 * outside of its heap and two young halves of 16 MiB are full. Without a bound it would be 16 MB for each.
 */
const mostGrowthBytes = slowEditors * 2 * mib + (64 + 32) * mib;
/** How late a line may reach the others in the middle, in milliseconds; it is 10 on a quiet machine. */
const lateMs = 1000;

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
let runner: RunnerOfDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment({ repositories: 2 }));
  runner = deployment.startRunner({ capacity: 2 });
});
afterAll(() => resources.disposeAsync());

test('#28 editors that read 1 KB a second cost the service little and delay nobody, and have every line when they are fast again', async () => {
  // More than sockets take: what a slow editor has not read would have to wait in the service.
  const { jobs } = await deployment.ended(
    await deployment.startScript('repo:^repository-02$', 'seq 100000001 101200000', { network: 'none' }),
    60_000,
  );
  const long = [...jobs.values()][0]?.currentAttemptId ?? 0;
  using fast = followLog(deployment.client, long);
  await waitFor('a fast editor to have read the long log', () => fast.ended);
  const whole = hashesOf(fast.records);

  const { execution, attempt } = await startStreaming(deployment);
  let delays: number[] = [];
  using live = followLog(deployment.client, attempt.id, (records) => {
    for (const { time } of records) delays.push(Date.now() - time);
  });
  await flows(live, 1000);

  const before = await residentBytes(deployment.service.pid, 'now');
  await forgetPeak(deployment.service.pid);
  await using network = await startProxy(deployment.url);
  network.throttle(1000);
  await using clients = new AsyncDisposableStack();
  const slow = Array.from({ length: slowEditors }, () =>
    clients.use(followLog(clients.use(connectUser(network.url, deployment.userToken)), long)),
  );
  const held = () => network.connections.filter(({ waiting }) => waiting.answers > 0).length;
  await waitFor('what they read to wait in the network', () => held() >= slowEditors);
  delays = [];
  await flows(live, real ? 30_000 : 5000, 120_000);
  const grownBytes = (await residentBytes(deployment.service.pid, 'peak')) - before;
  expect(slow.filter(({ ended }) => ended)).toEqual([]);
  expect(grownBytes).toBeLessThanOrEqual(mostGrowthBytes);
  expect(delays.toSorted((a, b) => a - b)[Math.floor(delays.length / 2)]).toBeLessThan(lateMs);

  network.restore();
  await waitFor('the slow editors to have read it all', () => slow.every(({ ended }) => ended), {
    timeoutMs: 120_000,
    everyMs: 100,
  });
  for (const { records, faults } of slow)
    expect({ read: hashesOf(records), faults }).toEqual({ read: whole, faults: [] });
  const { written, ...logs } = await letEnd(deployment, runner, execution, attempt, live);
  expect(logs).toEqual({ stored: written, read: written, faults: [] });
  await nothingLeft(runner);
}, 300_000);

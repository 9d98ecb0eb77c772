import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectUser } from '../../scripts/launch/serviceClient.ts';
import { startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { followLog } from '../support/followedLog.ts';
import { startProxy } from '../support/proxy.ts';
import { flows, letEnd, startStreaming } from '../support/streaming.ts';
import { waitFor } from '../support/waitFor.ts';

/** How long either side may take to notice that nobody is there any more (docs/spec/faults.md), in milliseconds. */
const noticedMs = 15_000;
/** What a busy machine may add: timers, the goodbye of a WebSocket, a new connection. */
const slackMs = 5000;

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
beforeAll(async () => {
  // The real lease: pings have their real intervals too.
  deployment = resources.use(
    await startFaultDeployment({ env: { FLOTILLA_LEASE_MS: '30000', FLOTILLA_HEARTBEAT_MS: '5000' } }),
  );
});
afterAll(() => resources.disposeAsync());

test('#16 half-open connections of a runner and of an editor are noticed within 15 s on both sides, and the stream goes on', async () => {
  await using runnerNetwork = await startProxy(deployment.url);
  await using editorNetwork = await startProxy(deployment.url);
  await using runner = deployment.startRunner({ serverUrl: runnerNetwork.url });
  await using client = connectUser(editorNetwork.url, deployment.userToken);
  const { execution, attempt } = await startStreaming(deployment);
  using log = followLog(client, attempt.id);
  await flows(log);

  const halfOpen = [...runnerNetwork.connections, ...editorNetwork.connections];
  expect(halfOpen.filter(({ request }) => /^GET \/(runner|trpc)/.test(request))).toHaveLength(2);
  runnerNetwork.freeze();
  editorNetwork.freeze();
  await waitFor(
    'both sides to have closed their WebSockets',
    () =>
      halfOpen.filter(({ request }) => request.startsWith('GET /runner')).every(({ open }) => !open.server) &&
      halfOpen.filter(({ request }) => request.startsWith('GET /trpc')).every(({ open }) => !open.server),
    { timeoutMs: noticedMs + slackMs },
  );
  await flows(log, 200, noticedMs + slackMs);
  const { written, ...logs } = await letEnd(deployment, runner, execution, attempt, log);
  expect(logs).toEqual({ stored: written, read: written, faults: [] });
});

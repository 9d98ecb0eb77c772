import { afterAll, beforeAll, expect, test } from 'vitest';
import { containersOf, nothingLeft } from '../support/containers.ts';
import { startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { followLog } from '../support/followedLog.ts';
import { hold, waitForBlocked } from '../support/holdPoints.ts';
import { readLog } from '../support/logs.ts';
import { hashesOf, truth } from '../support/numberedLines.ts';
import { startProxy } from '../support/proxy.ts';
import { currentAttempt, letGo } from '../support/steps.ts';
import { expectResultOf, flows, linesWritten, startStreaming } from '../support/streaming.ts';
import { waitFor } from '../support/waitFor.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
beforeAll(async () => {
  // The real lease: on a busy machine a runner takes longer to start than a tenth of it.
  deployment = resources.use(
    await startFaultDeployment({ env: { FLOTILLA_LEASE_MS: '30000', FLOTILLA_HEARTBEAT_MS: '5000' } }),
  );
});
afterAll(() => resources.disposeAsync());

test('#3 a runner is killed when its container has ended and nobody has heard of it: the next process brings in the log, the Job runs again, and has one result', async () => {
  await using network = await startProxy(deployment.url);
  const killed = deployment.startRunner({ serverUrl: network.url });
  const { execution, attempt: lost } = await startStreaming(deployment);
  using log = followLog(deployment.client, lost.id);
  await flows(log);
  // The hold point: what the runner says from now on arrives nowhere.
  network.blackHole('requests');
  await letGo(killed, lost);
  const written = truth(await linesWritten(killed, lost));
  await waitFor('the container to be gone', async () => (await containersOf(lost)).length === 0);
  await killed.kill();
  network.drop();
  network.restore();

  await using back = deployment.startRunner({ name: killed.name, stateFolder: killed.stateFolder });
  const attempt = await currentAttempt(deployment, execution, 2);
  await letGo(back, attempt);
  await waitFor('the reader to be told the end', () => log.ended);
  const stored = hashesOf(await readLog(deployment.client, lost.id));
  expect({ stored, read: hashesOf(log.records), faults: log.faults }).toEqual({
    stored: written,
    read: written,
    faults: [],
  });
  await expectResultOf(deployment, execution, attempt, ['lost', 'succeeded']);
  await nothingLeft(back);
});

test('#3 a runner is killed while its finish waits, and is back before it is stored: the finish is the one result, and the Job does not run again', async () => {
  const killed = deployment.startRunner();
  const { execution, attempt } = await startStreaming(deployment);
  using log = followLog(deployment.client, attempt.id);
  await flows(log);
  // The hold point: the finish has the Attempt's row, and waits for the Job's.
  await using held = await hold(
    deployment.sql,
    (sql) => sql`select from jobs where id = ${attempt.jobId} for update`,
  );
  await letGo(killed, attempt);
  await waitForBlocked(deployment.sql, 1, 'finish');
  await killed.kill();

  await using back = deployment.startRunner({ name: killed.name, stateFolder: killed.stateFolder });
  // Its hello asks for the Attempt, behind the finish.
  await waitForBlocked(deployment.sql, 1, 'hello');
  await held.release();
  await waitFor('the reader to be told the end', () => log.ended);
  await expectResultOf(deployment, execution, attempt, ['succeeded']);
  const stored = hashesOf(await readLog(deployment.client, attempt.id));
  expect({ read: hashesOf(log.records), faults: log.faults }).toEqual({ read: stored, faults: [] });
  await nothingLeft(back);
});

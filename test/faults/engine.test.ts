import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBreakableEngine } from '../support/breakableEngine.ts';
import { attemptFoldersOf, containersOf } from '../support/containers.ts';
import { startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { readLog, stdoutOf } from '../support/logs.ts';
import { letGo, untilBegun, waitingScript } from '../support/steps.ts';
import { waitFor } from '../support/waitFor.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment({ repositories: 1 }));
});
afterAll(() => resources.disposeAsync());

test('#24 when the connections to the Docker Engine break under a Step, its Attempt is errored by that, and the Job runs again by itself and succeeds', async () => {
  await using engine = await startBreakableEngine(join(deployment.folder, 'engine.sock'));
  await using runner = deployment.startRunner({ env: { DOCKER_HOST: engine.host } });
  const execution = await deployment.startScript('repo:', waitingScript, { network: 'none' });
  const first = await untilBegun(deployment, execution);
  engine.breakConnections();
  const second = await untilBegun(deployment, execution, 2);
  await letGo(runner, second);
  const { jobs } = await deployment.ended(execution);
  expect([...jobs.values()]).toMatchObject([{ state: 'succeeded', attemptCount: 2 }]);
  const [errored, succeeded] = await deployment.attemptsOf(first.jobId);
  expect(errored).toMatchObject({
    state: 'errored',
    outcome: {
      kind: 'errored',
      reason: 'sandbox',
      step: 0,
      message: expect.stringMatching(/^The Docker Engine went away while the Job ran: /) as string,
    },
  });
  expect(succeeded?.state).toBe('succeeded');
  expect(stdoutOf(await readLog(deployment.client, first.id))).toBe('begun\n');
  expect(stdoutOf(await readLog(deployment.client, second.id))).toBe('begun\nlet go\n');
  expect(await containersOf({ runner: runner.name })).toEqual([]);
  await waitFor(
    'no folder to be left',
    async () => (await attemptFoldersOf(runner.stateFolder)).length === 0,
  );
});

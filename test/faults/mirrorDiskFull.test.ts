import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { smallDisk, type SmallDisk } from '../support/smallDisk.ts';
import { letGo, untilBegun, waitingScript } from '../support/steps.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { waitFor } from '../support/waitFor.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
let disk: SmallDisk;
beforeAll(async () => {
  const { path } = resources.use(await temporaryFolder());
  disk = resources.use(await smallDisk(path, 64));
  deployment = resources.use(await startFaultDeployment({ env: { FLOTILLA_SHARED: disk.path } }));
});
afterAll(() => resources.disposeAsync());

test('+ a service whose disk for mirrors is full says so, blames no Patch, and takes the finish of the same Attempt when there is room', async () => {
  await using runner = deployment.startRunner();
  const execution = await deployment.startScript('repo:.', `${waitingScript}; echo new >new`);
  const attempt = await untilBegun(deployment, execution);
  await disk.fill();
  await letGo(runner, attempt);
  await waitFor('the service to say what is wrong', () =>
    deployment.service
      .output()
      .includes('unable to write loose object file: No space left on device. Make room on that disk'),
  );
  const jobNow = () => deployment.client.api.jobs.get.query({ jobId: attempt.jobId });
  expect(await jobNow()).toMatchObject({ state: 'running', attemptCount: 1 });
  await disk.free();
  const { jobs } = await deployment.ended(execution);
  expect([...jobs.values()]).toMatchObject([
    { state: 'succeeded', attemptCount: 1, patch: { attemptId: attempt.id, files: 1 } },
  ]);
});

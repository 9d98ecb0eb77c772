import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { noticesOf, readLog, readLogSoFar, stdoutOf } from '../support/logs.ts';
import { startRegistry, type Registry } from '../support/registry.ts';
import { waitFor } from '../support/waitFor.ts';
import { listJobs } from '../../scripts/launch/liveRows.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment());
  // A registry that is down is tried again for five minutes otherwise.
  deployment.startRunner({ env: { FLOTILLA_PULL_RETRY_SECONDS: '5' } });
});
afterAll(() => resources.disposeAsync());

/** Starts the Action of one Step that runs the registry's image. */
const startOn = ({ image }: Registry, more: Readonly<Record<string, unknown>> = {}) =>
  deployment.start({ name: 'example', scopeQuery: 'repo:', steps: [{ type: 'docker', image }], ...more });

test('#26 a Job whose image comes slowly waits for it, says so, and succeeds', async () => {
  await using registry = await startRegistry();
  registry.stall();
  const execution = await startOn(registry);
  await waitFor('the pull to wait for a layer', () => registry.stalled > 0);
  const [job] = await listJobs(deployment.client.api, execution.id);
  const attemptId = job?.currentAttemptId ?? 0;
  expect(job?.state).toBe('running');
  await waitFor('the log to say that it pulls', async () =>
    noticesOf(await readLogSoFar(deployment.client, attemptId)).includes(`Pulling image ${registry.image}`),
  );
  registry.restore();
  const { jobs } = await deployment.ended(execution);
  expect([...jobs.values()]).toMatchObject([{ state: 'succeeded', attemptCount: 1 }]);
  expect(stdoutOf(await readLog(deployment.client, attemptId))).toMatch(/^tini version/);
});

test('#26 the time that an image takes counts towards the time limit of its Job', async () => {
  await using registry = await startRegistry();
  registry.stall();
  const { jobs } = await deployment.ended(await startOn(registry, { timeout: '3s' }));
  expect([...jobs.values()]).toMatchObject([
    { state: 'timedOut', outcome: { kind: 'timedOut', step: null, seconds: 3 } },
  ]);
});

test('#26 a registry that is down errs the Job, which is tried again by itself, with a sentence that names the image', async () => {
  await using registry = await startRegistry();
  registry.refuse(Infinity);
  const { jobs } = await deployment.ended(await startOn(registry), 60_000);
  expect([...jobs.values()]).toMatchObject([
    {
      state: 'errored',
      attemptCount: 3,
      outcome: {
        kind: 'errored',
        reason: 'sandbox',
        message: expect.stringContaining(registry.image) as string,
      },
    },
  ]);
});

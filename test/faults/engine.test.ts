import { join } from 'node:path';
import type { AttemptView, ExecutionView } from '@flotilla/shared/views';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBreakableEngine } from '../support/breakableEngine.ts';
import { makeVolumeImage } from '../support/derivedImages.ts';
import { attemptFoldersOf, containersOf, nothingLeft } from '../support/containers.ts';
import { testImage, type RunnerOfDeployment } from '../support/deployment.ts';
import { canStartEngine, startDockerEngine } from '../support/dockerEngine.ts';
import { startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { readLog, stdoutOf } from '../support/logs.ts';
import { letGo, untilBegun, waitingScript } from '../support/steps.ts';
import { waitFor } from '../support/waitFor.ts';

/** Longer than the second between two calls to stop a container, so that a program can hear the second one. */
const graceMs = 5000;
const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
beforeAll(async () => {
  const env = { FLOTILLA_STOP_GRACE_MS: String(graceMs) };
  deployment = resources.use(await startFaultDeployment({ env }));
});
afterAll(() => resources.disposeAsync());

/** A runner looks every 5 s whether its engine is back; the rest is what a busy machine adds. */
const againMs = 60_000;

/** The Step's Attempt is errored by the engine, and the Job's second one, which is let go, succeeds. */
async function runsAgain(runner: RunnerOfDeployment, execution: ExecutionView, first: AttemptView) {
  const second = await untilBegun(deployment, execution, 2, againMs);
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
}

test('+ a Step does not start before the engine waits for its end, so that a short one is not waited for in vain', async () => {
  await using engine = await startBreakableEngine(join(deployment.folder, 'slow-engine.sock'));
  await using _runner = deployment.startRunner({ env: { DOCKER_HOST: engine.host } });
  const wait = engine.holdNext(/^POST \/containers\/[0-9a-f]+\/wait\?/);
  const execution = await deployment.startScript('repo:', 'echo short', { network: 'none' });
  await wait.made;
  // As long as it takes to start a container, and for it to end.
  await execa('docker', ['run', '--rm', '--network=none', testImage, 'true']);
  wait.release();
  const { jobs } = await deployment.ended(execution);
  expect([...jobs.values()]).toMatchObject([{ state: 'succeeded', attemptCount: 1 }]);
});

test('#24 when the connections to the Docker Engine break under a Step, its Attempt is errored by that, and the Job runs again by itself and succeeds', async () => {
  await using engine = await startBreakableEngine(join(deployment.folder, 'engine.sock'));
  await using runner = deployment.startRunner({ env: { DOCKER_HOST: engine.host } });
  const execution = await deployment.startScript('repo:', waitingScript, { network: 'none' });
  const first = await untilBegun(deployment, execution);
  engine.breakConnections();
  await runsAgain(runner, execution, first);
  expect(await containersOf({ runner: runner.name })).toEqual([]);
  await waitFor(
    'no folder to be left',
    async () => (await attemptFoldersOf(runner.stateFolder)).length === 0,
  );
});

/** How long a container may be there after its cancellation (I9), and what a busy machine adds. */
const goneMs = graceMs + 2000 + 8000;

test('+ a call to stop a container that breaks is made again, and the Attempt ends as cancelled with its container gone', async () => {
  await using engine = await startBreakableEngine(join(deployment.folder, 'engine.sock'));
  await using _runner = deployment.startRunner({ env: { DOCKER_HOST: engine.host } });
  const execution = await deployment.startScript(
    'repo:',
    'trap "echo told; exit 0" TERM; echo begun; sleep 600 & wait',
    {
      network: 'none',
    },
  );
  const attempt = await untilBegun(deployment, execution);
  engine.breakNext(/^POST \/containers\/\w+\/stop/);
  await deployment.client.api.executions.cancel.mutate({ executionId: execution.id });
  await waitFor('the container to be gone', async () => (await containersOf(attempt)).length === 0, {
    timeoutMs: goneMs,
  });
  expect(engine.broken).toBe(1);
  const { jobs } = await deployment.ended(execution);
  expect([...jobs.values()]).toMatchObject([{ state: 'cancelled', attemptCount: 1 }]);
  // By its signal, and not by the removal that comes after the grace.
  expect(stdoutOf(await readLog(deployment.client, attempt.id))).toBe('begun\ntold\n');
});

/** From the second SIGTERM: the grace, the removals, and what a busy machine adds. */
const endsMs = graceMs + 2000 + 30_000 + 15_000;

test('+ a runner whose Docker Engine hangs under a Step ends when it is told to for the second time, and the Job runs again', async () => {
  await using engine = await startBreakableEngine(join(deployment.folder, 'engine.sock'));
  await using runner = deployment.startRunner({ env: { DOCKER_HOST: engine.host } });
  const execution = await deployment.startScript('repo:', waitingScript, { network: 'none' });
  await untilBegun(deployment, execution);
  engine.hang();
  // Not by `signal`, which kills a program that takes its time.
  process.kill(runner.pid, 'SIGTERM');
  await waitFor('the runner to drain', () => runner.output().includes('finishing what is running'));
  process.kill(runner.pid, 'SIGTERM');
  await waitFor('the runner to end', () => runner.hasExited(), { timeoutMs: endsMs, everyMs: 50 });
  expect(await runner.exited).toMatchObject({ exitCode: 0 });
  await using back = deployment.startRunner({ name: runner.name, stateFolder: runner.stateFolder });
  await letGo(back, await untilBegun(deployment, execution, 2, againMs));
  const { jobs } = await deployment.ended(execution);
  expect([...jobs.values()]).toMatchObject([{ state: 'succeeded', attemptCount: 2 }]);
  await nothingLeft(back);
});

test.runIf(canStartEngine)(
  '#24 when the Docker Engine is restarted under a Step, its Attempt is errored by that, the Job runs again by itself and succeeds, and nothing is left',
  async () => {
    await using engine = await startDockerEngine();
    await using runner = deployment.startRunner({ env: { DOCKER_HOST: engine.host } });
    // Its containers have a volume each.
    await using derived = await makeVolumeImage(engine.docker);
    const { image } = derived;
    const execution = await deployment.startScript('repo:', waitingScript, { image, network: 'none' });
    const first = await untilBegun(deployment, execution);
    expect((await engine.docker.listVolumes()).Volumes).toHaveLength(1);
    await engine.restart();
    await runsAgain(runner, execution, first);
    // The runner looks once a minute for what an engine that was away has kept.
    const left = async () =>
      (await engine.docker.listContainers({ all: true })).length +
      (await attemptFoldersOf(runner.stateFolder)).length;
    await waitFor('no container and no folder to be left', async () => (await left()) === 0, {
      timeoutMs: 75_000,
      everyMs: 200,
    });
    expect((await engine.docker.listVolumes()).Volumes).toEqual([]);
  },
);

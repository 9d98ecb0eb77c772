import { readdir } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { containersOf } from '../support/containers.ts';
import { startDeployment, type Deployment } from '../support/deployment.ts';
import { makeRepository } from '../support/repositories.ts';
import { letGo, untilBegun, waitingScript } from '../support/steps.ts';
import { waitFor } from '../support/waitFor.ts';
import { listJobs } from '../../scripts/launch/liveRows.ts';

const resources = new AsyncDisposableStack();
let deployment: Deployment;
beforeAll(async () => {
  deployment = resources.use(
    await startDeployment({
      repositories: (folder) => makeRepository(join(folder, 'sample'), { files: { file: 'text\n' } }),
      env: { FLOTILLA_CLAIM_POLL_MS: '200' },
    }),
  );
});
afterAll(() => resources.disposeAsync());

const stateOf = async (executionId: number) => (await listJobs(deployment.client.api, executionId))[0];

/** An engine that takes connections and never answers. */
async function silentEngine(): Promise<{ readonly port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => sockets.delete(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test.each([
  ['is not there', async () => ({ port: 1, [Symbol.asyncDispose]: () => Promise.resolve() })],
  ['answers nothing', silentEngine],
])(
  'a runner whose Docker Engine %s says so, claims nothing, and the Job waits for another',
  async (_title, open) => {
    await using engine = await open();
    await using runner = deployment.startRunner({ env: { DOCKER_HOST: `tcp://127.0.0.1:${engine.port}` } });
    const execution = await deployment.startScript('repo:', 'true');
    await waitFor('the runner to say it', () =>
      runner.output().includes('Docker does not answer, so this runner claims no jobs'),
    );
    expect(await stateOf(execution.id)).toMatchObject({ state: 'queued', attemptCount: 0 });
    await using _other = deployment.startRunner();
    expect((await deployment.ended(execution)).execution.state).toBe('succeeded');
    runner.signal('SIGTERM');
    expect((await runner.exited).exitCode).toBe(0);
  },
);

test('a runner with a wrong token ends and says what to do', async () => {
  await using runner = deployment.startRunner({ token: 'wrong' });
  expect((await runner.exited).exitCode).toBe(1);
  expect(runner.output()).toContain(
    'The runner stops: This needs a runner token: it is missing, unknown or revoked. `npm run token -- create --scope runner` makes one.',
  );
});

test('a runner that has no token ends and says where to put one', async () => {
  await using runner = deployment.startRunner({ token: '' });
  expect((await runner.exited).exitCode).toBe(1);
  expect(runner.output()).toContain('FLOTILLA_RUNNER_TOKEN');
});

test('a second runner on a state folder ends and says so, and does not disturb the first', async () => {
  await using first = deployment.startRunner();
  await waitFor('the first to be connected', () => first.output().includes('connected to the service'));
  await using second = deployment.startRunner({ stateFolder: first.stateFolder });
  expect((await second.exited).exitCode).toBe(1);
  expect(second.output()).toContain(`Another runner (process ${first.pid}) works in ${first.stateFolder}.`);
  expect((await deployment.ended(await deployment.startScript('repo:', 'true'))).execution.state).toBe(
    'succeeded',
  );
});

test('a runner that finds no service says so, and works when there is one', async () => {
  await deployment.service.kill();
  await using runner = deployment.startRunner();
  await waitFor('the runner to say it', () =>
    runner.output().includes(`there is no service at ${deployment.url} yet`),
  );
  await deployment.restartService();
  const { execution } = await deployment.ended(await deployment.startScript('repo:', 'true'), 60_000);
  expect(execution.state).toBe('succeeded');
});

test('a runner that was killed removes its containers and folders when it starts again, and runs the Job again', async () => {
  await using runner = deployment.startRunner();
  const execution = await deployment.startScript('repo:', waitingScript);
  const attempt = await untilBegun(deployment, execution);
  await runner.kill();
  expect(await containersOf(attempt)).toHaveLength(1);

  await using again = deployment.startRunner({ name: runner.name, stateFolder: runner.stateFolder });
  const second = await untilBegun(deployment, execution, 2);
  await waitFor('the leftovers to be gone', async () => (await containersOf(attempt)).length === 0);
  await waitFor('the folder to be gone', async () => {
    const folders = await readdir(join(again.stateFolder, 'attempts'));
    return folders.length === 1 && folders[0] === String(second.id);
  });
  await letGo(again, second);
  const { jobs } = await deployment.ended(execution);
  expect(jobs.get('sample')).toMatchObject({ state: 'succeeded', attemptCount: 2 });
  expect((await deployment.attemptsOf(attempt.jobId)).map(({ state }) => state)).toEqual([
    'lost',
    'succeeded',
  ]);
});

test('a runner of another service with the same name and engine leaves its namesake’s containers alone', async () => {
  await using runner = deployment.startRunner({ name: 'namesake' });
  const execution = await deployment.startScript('repo:', waitingScript);
  const attempt = await untilBegun(deployment, execution);

  await using elsewhere = await startDeployment({
    repositories: (folder) => makeRepository(join(folder, 'sample'), { files: { file: 'text\n' } }),
  });
  elsewhere.startRunner({ name: 'namesake' });
  // By the end of a Job it has looked for leftovers, which it does first of all.
  await elsewhere.ended(await elsewhere.startScript('repo:', 'true'));
  expect(await containersOf(attempt)).toHaveLength(1);

  await letGo(runner, attempt);
  const { jobs } = await deployment.ended(execution);
  expect(jobs.get('sample')).toMatchObject({ state: 'succeeded', attemptCount: 1 });
});

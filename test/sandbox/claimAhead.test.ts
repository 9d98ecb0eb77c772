import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptView, ExecutionView } from '@flotilla/shared/views';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import { containersOf } from '../support/containers.ts';
import { startDeployment, type Deployment, type RunnerOfDeployment } from '../support/deployment.ts';
import { readLog, stdoutOf } from '../support/logs.ts';
import { makeRepository } from '../support/repositories.ts';
import { letGo, untilBegun, waitingScript } from '../support/steps.ts';
import { waitFor } from '../support/waitFor.ts';
import { listJobs } from '../../scripts/launch/liveRows.ts';

const resources = new AsyncDisposableStack();
let deployment: Deployment;
let runner: RunnerOfDeployment;
beforeAll(async () => {
  deployment = resources.use(
    await startDeployment({
      repositories: async (folder) => {
        for (const name of ['one', 'two', 'three', 'four'])
          await makeRepository(join(folder, name), { files: { file: `${name}\n` } });
      },
      env: { FLOTILLA_STOP_GRACE_MS: '1000', FLOTILLA_HEARTBEAT_MS: '500' },
    }),
  );
});
afterAll(() => resources.disposeAsync());
/** A runner that has seen that Jobs are short. */
beforeEach(async () => {
  runner = deployment.startRunner();
  await deployment.ended(await deployment.startScript('repo:^one$', 'true'));
});
afterEach(() => runner[Symbol.asyncDispose]());

async function attemptsOf(execution: ExecutionView): Promise<AttemptView[]> {
  const jobs = await listJobs(deployment.client.api, execution.id);
  return (await Promise.all(jobs.map((job) => deployment.attemptsOf(job.id)))).flat();
}

/** A Job that runs until it is let go, and another one that the runner has claimed and prepared behind it. */
async function oneAheadOfAnother() {
  const first = await deployment.startScript('repo:^one$', waitingScript);
  const running = await untilBegun(deployment, first);
  const second = await deployment.startScript('repo:^two$', 'echo changed > file');
  const ahead = await waitFor('the second Job to be prepared', async () => {
    const [attempt] = await attemptsOf(second);
    return attempt !== undefined && (await containersOf(attempt)).length === 1 && attempt;
  });
  return { first, running, second, ahead };
}

test('a runner with one slot prepares the next Job while one runs, and never runs two', async () => {
  const script = 'date +%s%N; sleep 0.3; echo changed > file; date +%s%N';
  const execution = await deployment.startScript('repo:', script);
  const { jobs } = await deployment.ended(execution);
  expect([...jobs.values()].map((job) => job.state)).toEqual(Array(4).fill('succeeded'));
  const attempts = await attemptsOf(execution);
  const ran = await Promise.all(
    attempts.map(async ({ id, claimedAt }) => {
      const [began = 0, ended = 0] = stdoutOf(await readLog(deployment.client, id))
        .split('\n')
        .map(Number);
      return { claimedAt, began: began / 1e6, ended: ended / 1e6 };
    }),
  );
  const inOrder = ran.toSorted((a, b) => a.began - b.began);
  for (const [index, { claimedAt, began }] of inOrder.entries()) {
    const before = inOrder[index - 1]?.ended;
    if (before === undefined) continue;
    expect(began).toBeGreaterThan(before);
    expect(claimedAt).toBeLessThan(before);
  }
});

test('a Job claimed ahead runs when its slot comes free, and its time begins then', async () => {
  const { first, running, second, ahead } = await oneAheadOfAnother();
  expect(ahead.steps[0]).toMatchObject({ state: 'pending', startedAt: null });
  await letGo(runner, running);
  await deployment.ended(first);
  const { jobs } = await deployment.ended(second);
  expect(jobs.get('two')).toMatchObject({ state: 'succeeded', patch: { files: 1 } });
  expect(await attemptsOf(second)).toHaveLength(1);
});

test('a Job claimed ahead that is cancelled never starts a container', async () => {
  const { first, running, second, ahead } = await oneAheadOfAnother();
  await deployment.client.api.executions.cancel.mutate({ executionId: second.id });
  const { jobs } = await deployment.ended(second);
  expect(jobs.get('two')?.outcome).toEqual({ kind: 'cancelled', step: null });
  expect(await containersOf(ahead)).toEqual([]);
  await letGo(runner, running);
  await deployment.ended(first);
});

test('a Job claimed ahead of a long one is given back after 10 s without a loss, and runs on another runner', async () => {
  const { first, running, second, ahead } = await oneAheadOfAnother();
  await using other = deployment.startRunner();
  const { jobs } = await deployment.ended(second, 60_000);
  expect(jobs.get('two')?.state).toBe('succeeded');
  const [given, taken] = await attemptsOf(second);
  expect(given).toMatchObject({ id: ahead.id, outcome: { kind: 'released' } });
  expect(taken?.runner).toBe(other.name);
  await letGo(runner, running);
  await deployment.ended(first);
});

test('a runner that is told to stop gives back what it claimed ahead, and finishes what it runs', async () => {
  const { first, running, second } = await oneAheadOfAnother();
  const ended = runner[Symbol.asyncDispose]();
  await waitFor('the second Job to be given back', async () => {
    const [attempt] = await attemptsOf(second);
    return attempt?.outcome?.kind === 'released';
  });
  await letGo(runner, running);
  expect((await deployment.ended(first)).execution.state).toBe('succeeded');
  await ended;
  await using _other = deployment.startRunner();
  expect((await deployment.ended(second)).execution.state).toBe('succeeded');
});

test('a runner that the service drains claims nothing, and claims again when that is over', async () => {
  const { runners } = deployment.client.api;
  const found = (await runners.list.query()).find(({ name }) => name === runner.name);
  const runnerId = found?.id ?? '';
  await runners.drain.mutate({ runnerId, drain: true });
  await waitFor('the runner to hear of it', () => runner.output().includes('draining, as the service asks'));
  const execution = await deployment.startScript('repo:^one$', 'true');
  await waitFor('the runner to hear that it may work', async () => {
    await runners.drain.mutate({ runnerId, drain: false });
    return runner.output().includes('claiming Jobs again');
  });
  const { execution: ended } = await deployment.ended(execution);
  expect(ended.state).toBe('succeeded');
  expect(await attemptsOf(execution)).toHaveLength(1);
});

test('a runner whose disk is nearly full claims nothing, and says so to its log and to the service', async () => {
  await runner[Symbol.asyncDispose]();
  await using full = deployment.startRunner({ env: { FLOTILLA_MIN_FREE_DISK: '1000t' } });
  const problem = await waitFor('the problem to be shown', async () => {
    const runners = await deployment.client.api.runners.list.query();
    return runners.find(({ name }) => name === full.name)?.problem ?? undefined;
  });
  expect(problem).toMatch(
    /^Only .+ of .+ are free on the disk of .+, so this runner claims no jobs: free some space/,
  );
  expect(full.output()).toContain('so this runner claims no jobs: free some space');
});

test('commits that a runner has fetched are fetched once, and no Step can write what it keeps of them', async () => {
  const script = 'touch /flotilla/objects/mine 2>/dev/null || echo refused; git log -1 --format=%H';
  for (let round = 0; round < 2; round++) {
    const { execution } = await deployment.ended(await deployment.startScript('repo:^three$', script));
    expect(execution.state).toBe('succeeded');
  }
  const cache = join(runner.stateFolder, 'objects');
  const kept = await readdir(cache);
  // Of this repository and the one before.
  expect(kept).toHaveLength(2);
  for (const repository of kept) {
    const objects = join(cache, repository, 'objects');
    expect((await readdir(join(objects, 'pack'))).filter((name) => name.endsWith('.pack'))).toHaveLength(1);
    expect((await readdir(objects)).toSorted()).toEqual(['info', 'pack']);
  }
});

import { access, mkdir, readFile, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionView } from '@flotilla/shared/views';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { containersOf } from '../support/containers.ts';
import { startDeployment, type Deployment, type RunnerOfDeployment } from '../support/deployment.ts';
import { bytesOf, noticesOf, readLog, readLogSoFar, stdoutOf } from '../support/logs.ts';
import {
  hashesOf,
  linesIn,
  numberedLinesScript,
  stoppableLinesScript,
  stoppedAfter,
  truth,
  truthOfStopped,
} from '../support/numberedLines.ts';
import { startProxy } from '../support/proxy.ts';
import { makeRepository } from '../support/repositories.ts';
import { currentAttempt, letGo } from '../support/steps.ts';
import { waitFor } from '../support/waitFor.ts';

const resources = new AsyncDisposableStack();
let deployment: Deployment;
beforeAll(async () => {
  deployment = resources.use(
    await startDeployment({
      repositories: (folder) => makeRepository(join(folder, 'sample'), { files: { file: 'text\n' } }),
      env: { FLOTILLA_CLAIM_POLL_MS: '200', FLOTILLA_LOG_LIMIT_BYTES: String(24 * 1024 * 1024) },
    }),
  );
});
afterAll(() => resources.disposeAsync());

const start = (script: string) => deployment.startScript('repo:', script, { network: 'none' });
/** Longer than anything here takes on a busy machine, and shorter than the lease would have to run out and be seen. */
const againMs = 25_000;

const readLogOf = (attemptId: number) => readLog(deployment.client, attemptId);
const workOf = (runner: RunnerOfDeployment, attemptId: number) =>
  join(runner.stateFolder, 'attempts', String(attemptId), 'work');
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** Waits until an Attempt has stored so many lines. */
async function lines(attemptId: number): Promise<number> {
  return waitFor(
    'lines',
    async () => {
      const count = linesIn(await readLogSoFar(deployment.client, attemptId));
      return count >= 200 && count;
    },
    { everyMs: 100 },
  );
}

/** The second Attempt of an Execution's Job runs and ends well; the first one is lost, and nothing is left of it. */
async function runsAgain(execution: ExecutionView, runner: RunnerOfDeployment): Promise<void> {
  const second = await currentAttempt(deployment, execution, 2, againMs);
  await letGo(runner, second);
  const { jobs } = await deployment.ended(execution);
  expect(jobs.get('sample')).toMatchObject({ state: 'succeeded', attemptCount: 2 });
  const [first] = await deployment.attemptsOf(second.jobId);
  expect(first?.state).toBe('lost');
  if (first === undefined) return;
  await waitFor(
    'no container of the lost Attempt to be left',
    async () => (await containersOf(first)).length === 0,
  );
  await waitFor(
    'no folder to be left',
    async () => (await readdir(join(runner.stateFolder, 'attempts'))).length === 0,
  );
}

test('all that a container wrote after its runner was killed is brought in by the next process, and its Job runs again at once', async () => {
  const killed = deployment.startRunner();
  const execution = await start(numberedLinesScript);
  const lost = await currentAttempt(deployment, execution, 1);
  await lines(lost.id);
  await killed.kill();
  await letGo(killed, lost);
  const countFile = join(workOf(killed, lost.id), 'count');
  const count = Number(
    await waitFor('the Step to end by itself', () =>
      readFile(countFile, 'utf8')
        .catch(() => '')
        .then((text) => text !== '' && text),
    ),
  );
  expect(linesIn(await readLogSoFar(deployment.client, lost.id))).toBeLessThan(count);

  await using back = deployment.startRunner({ name: killed.name, stateFolder: killed.stateFolder });
  await runsAgain(execution, back);
  const log = await readLogOf(lost.id);
  expect(linesIn(log)).toBe(count);
  expect(hashesOf(log)).toEqual(truth(count));
  expect(noticesOf(log)).toContain('The runner was killed while this Attempt ran');
});

test('a container that still runs is ended, and its log has no gap and no repetition', async () => {
  const killed = deployment.startRunner();
  const execution = await start(numberedLinesScript);
  const lost = await currentAttempt(deployment, execution, 1);
  const kept = await lines(lost.id);
  await killed.kill();
  await using back = deployment.startRunner({ name: killed.name, stateFolder: killed.stateFolder });
  await runsAgain(execution, back);
  const log = await readLogOf(lost.id);
  expect(linesIn(log)).toBeGreaterThanOrEqual(kept);
  expect(hashesOf(log).stdout).toBe(truth(linesIn(log)).stdout);
});

test('a log that a runner could not send before it had to stop is brought in by the next process, to its last line', async () => {
  await using network = await startProxy(deployment.url);
  const stopped = deployment.startRunner({ serverUrl: network.url });
  const execution = await start(stoppableLinesScript);
  const lost = await currentAttempt(deployment, execution, 1);
  await lines(lost.id);
  network.blackHole();
  stopped.signal('SIGTERM');
  await waitFor('the runner to drain', () => stopped.output().includes('finishing what is running'));
  stopped.signal('SIGTERM');
  expect(await stopped.exited).toMatchObject({ exitCode: 0 });
  await using back = deployment.startRunner({ name: stopped.name, stateFolder: stopped.stateFolder });
  await runsAgain(execution, back);
  const log = await readLogOf(lost.id);
  expect(hashesOf(log)).toEqual(truthOfStopped(stoppedAfter(log)));
});

test('a service that is away does not stop a container, and gets all of its log when it is back', async () => {
  await using runner = deployment.startRunner();
  const execution = await start(
    'echo begun; until [ -e go ]; do sleep 0.05; done; rm go; seq 1 2000000; touch done; until [ -e go ]; do sleep 0.05; done; rm go done',
  );
  const attempt = await currentAttempt(deployment, execution, 1);
  await deployment.service.kill();
  await letGo(runner, attempt);
  // 15 MB: far more than sockets and memory would take.
  await waitFor('the Step to write it all', () => exists(join(workOf(runner, attempt.id), 'done')));
  await deployment.restartService();
  await letGo(runner, attempt);
  const { jobs } = await deployment.ended(execution, 60_000);
  expect(jobs.get('sample')).toMatchObject({ state: 'succeeded', attemptCount: 1 });
  const expected = Array.from({ length: 2_000_000 }, (_line, index) => `${index + 1}\n`).join('');
  expect(stdoutOf(await readLogOf(attempt.id)) === `begun\n${expected}`).toBe(true);
}, 120_000);

test('a disk that takes no more log ends the Attempt with a sentence, and not the runner', async () => {
  await using runner = deployment.startRunner({ name: 'full' });
  const [{ next } = { next: 0 }] = await deployment.sql<
    { next: number }[]
  >`select max(id)::int + 1 as next from attempts`;
  const spool = join(runner.stateFolder, 'attempts', String(next), 'spool');
  await waitFor('the runner to be connected', () => runner.output().includes('connected to the service'));
  await mkdir(spool, { recursive: true });
  await symlink('/dev/full', join(spool, 'log'));
  const { jobs } = await deployment.ended(await start('echo out'), 60_000);
  expect(jobs.get('sample')).toMatchObject({ state: 'succeeded', attemptCount: 2 });
  const [first] = await deployment.attemptsOf(jobs.get('sample')?.id ?? 0);
  expect(first?.outcome).toMatchObject({ kind: 'errored', reason: 'log' });
  expect(noticesOf(await readLogOf(next))).toContain('its disk is full; make room there');
});

test('a token of the runner is not in a log, neither as it is nor in base64, nor in the title of a Step', async () => {
  await using _runner = deployment.startRunner();
  const token = deployment.runnerToken;
  const execution = await start(
    `printf '%s' ${token.slice(0, 9)}; sleep 0.1; echo ${token.slice(9)}; printf 'x%s' ${token} | base64 -w0 >&2; echo ${token}`,
  );
  const { jobs } = await deployment.ended(execution);
  const [attempt] = await deployment.attemptsOf(jobs.get('sample')?.id ?? 0);
  const log = await readLogOf(attempt?.id ?? 0);
  expect(stdoutOf(log)).toBe('***\n***\n');
  expect(bytesOf(log, 2).toString()).toMatch(/^.{0,4}\*\*\*.{0,4}$/);
  expect(noticesOf(log)).not.toContain(token);
});

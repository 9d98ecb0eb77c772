import type { ExecutionView } from '@flotilla/shared/views';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { containersOf } from '../support/containers.ts';
import { againMs, countOf, startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { readLog, readLogSoFar } from '../support/logs.ts';
import { hashesOf, linesIn, numberedLinesScript, truth } from '../support/numberedLines.ts';
import { currentAttempt, letGo } from '../support/steps.ts';
import { waitFor } from '../support/waitFor.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment());
});
afterAll(() => resources.disposeAsync());

const scope = 'repo:^repository-01$';

/** Waits until an Attempt has stored so many lines; returns how many there are. */
async function lines(attemptId: number, atLeast = 200): Promise<number> {
  return waitFor(
    `${atLeast} lines`,
    async () => {
      const count = linesIn(await readLogSoFar(deployment.client, attemptId));
      return count >= atLeast && count;
    },
    { everyMs: 100 },
  );
}

/** The Job has one result, that of its second Attempt, whose log is what was written; the first one's log is kept. */
async function expectOneResult(execution: ExecutionView, kept: number): Promise<void> {
  const { jobs } = await deployment.ended(execution);
  const [job] = jobs.values();
  expect(job).toMatchObject({ state: 'succeeded', attemptCount: 2 });
  const [first, second, ...others] = await deployment.attemptsOf(job?.id ?? 0);
  if (first === undefined || second === undefined) throw new Error('there are no two Attempts');
  expect([first.state, second.state, others]).toEqual(['lost', 'succeeded', []]);
  const firstLog = await readLogSoFar(deployment.client, first.id);
  const firstLines = linesIn(firstLog);
  expect(firstLines).toBeGreaterThanOrEqual(kept);
  expect(hashesOf(firstLog).stdout).toBe(truth(firstLines).stdout);
  const secondLog = await readLog(deployment.client, second.id);
  expect(hashesOf(secondLog)).toEqual(truth(await countOf(deployment, execution, second)));
}

test('#1 the Job of a runner that is killed in the middle of a Step runs again on another, with one result and both logs', async () => {
  const first = deployment.startRunner();
  const execution = await deployment.startScript(scope, numberedLinesScript);
  const lost = await currentAttempt(deployment, execution, 1);
  const kept = await lines(lost.id);
  await first.kill();
  expect(await containersOf(lost)).toHaveLength(1);

  await using second = deployment.startRunner();
  const attempt = await currentAttempt(deployment, execution, 2, againMs);
  await lines(attempt.id);
  await letGo(second, attempt);
  await expectOneResult(execution, kept);

  await using _back = deployment.startRunner({ name: first.name, stateFolder: first.stateFolder });
  await waitFor(
    'no container of the killed runner to be left',
    async () => (await containersOf(lost)).length === 0,
  );
});

test('#17 a runner that is paused for longer than its lease is fenced: its container is stopped, and it has no result', async () => {
  await using paused = deployment.startRunner();
  const execution = await deployment.startScript(scope, numberedLinesScript);
  const lost = await currentAttempt(deployment, execution, 1);
  const kept = await lines(lost.id);
  paused.signal('SIGSTOP');

  await using second = deployment.startRunner();
  const attempt = await currentAttempt(deployment, execution, 2, againMs);
  expect(await containersOf(lost)).toHaveLength(1);
  paused.signal('SIGCONT');
  await waitFor('the fenced container to be gone', async () => (await containersOf(lost)).length === 0);
  await waitFor('the runner to say it', () => paused.output().includes('attempt given up'));
  await lines(attempt.id);
  await letGo(second, attempt);
  await expectOneResult(execution, kept);

  await second[Symbol.asyncDispose]();
  const { execution: next } = await deployment.ended(await deployment.startScript(scope, 'true'));
  expect(next.state).toBe('succeeded');
});

test('#17 a runner that is paused while its Step ends has no result when it comes back after its lease', async () => {
  await using paused = deployment.startRunner();
  const execution = await deployment.startScript(scope, numberedLinesScript);
  const lost = await currentAttempt(deployment, execution, 1);
  const kept = await lines(lost.id);
  paused.signal('SIGSTOP');
  await letGo(paused, lost);

  await using second = deployment.startRunner();
  const attempt = await currentAttempt(deployment, execution, 2, againMs);
  paused.signal('SIGCONT');
  await waitFor('the runner to say it', () => paused.output().includes('attempt given up'));
  await lines(attempt.id);
  await letGo(second, attempt);
  await expectOneResult(execution, kept);
  expect(await containersOf(lost)).toEqual([]);
});

import { describeOutcome } from '@flotilla/shared/lifecycle/describeOutcome';
import { maxLostAttempts } from '@flotilla/shared/lifecycle/jobLifecycle';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nothingLeft } from '../support/containers.ts';
import type { RunnerOfDeployment } from '../support/deployment.ts';
import { againMs, startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { readLog, stdoutOf } from '../support/logs.ts';
import { untilBegun, waitingScript } from '../support/steps.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment());
});
afterAll(() => resources.disposeAsync());

const scope = 'repo:^repository-01$';

test.each([
  ['started again', ({ name, stateFolder }: RunnerOfDeployment) => ({ name, stateFolder })],
  ['gone for good', () => ({})],
] as const)(
  '#20 a Job that kills its runner every time, which is %s, has three lost Attempts, then ends errored, says so, and is run by nobody',
  async (_what, next) => {
    let last = deployment.startRunner();
    const stateFolders = new Map([[last.name, last.stateFolder]]);
    const execution = await deployment.startScript(scope, waitingScript);
    for (let number = 1; number <= maxLostAttempts; number++) {
      // The Job has the effect of its Step: whoever has begun it dies.
      await untilBegun(deployment, execution, number, againMs);
      await last.kill();
      last = deployment.startRunner(next(last));
      stateFolders.set(last.name, last.stateFolder);
    }
    const { execution: ended, jobs } = await deployment.ended(execution, againMs);
    const [job] = jobs.values();
    expect(job).toMatchObject({ state: 'errored', attemptCount: maxLostAttempts });
    expect(ended).toMatchObject({ state: 'failed', counts: { errored: 1 } });
    if (job?.outcome == null) throw new Error('the Job has no outcome');
    expect(describeOutcome(job.outcome)).toBe('its runner was lost 3 times, so it is not tried again');

    // By the end of another Job, a runner that would run it again has claimed it.
    expect((await deployment.ended(await deployment.startScript(scope, 'true'))).execution.state).toBe(
      'succeeded',
    );
    const attempts = await deployment.attemptsOf(job.id);
    expect(attempts.map(({ state }) => state)).toEqual(['lost', 'lost', 'lost']);
    for (const { id } of attempts) expect(stdoutOf(await readLog(deployment.client, id))).toBe('begun\n');
    // What runners leave that are gone for good, goes when they are back.
    await last[Symbol.asyncDispose]();
    for (const [name, stateFolder] of stateFolders) {
      await using back = deployment.startRunner({ name, stateFolder });
      await nothingLeft(back);
    }
  },
  3 * againMs + 120_000,
);

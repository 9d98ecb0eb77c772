import { assert, asyncModelRun, asyncProperty, commands, constantFrom, record } from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { LifecycleModel } from '../../support/lifecycle/model.ts';
import { allCommands } from '../../support/lifecycle/modelCommands.ts';
import { LifecycleReal } from '../../support/lifecycle/modelReal.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';

let flotilla: TestService;
let real: LifecycleReal;
beforeAll(async () => {
  flotilla = await testService({
    repositories: (folder) => makeRepositories(folder, ['one', 'two']),
    // Nothing happens by itself: the janitor's rounds are commands, and the admission looks only when it is asked.
    config: { janitorMs: 3_600_000, leaseMs: 3_600_000 },
  });
  real = await LifecycleReal.open(flotilla);
  return () => flotilla[Symbol.asyncDispose]();
});

const limits = record({
  maxParallel: constantFrom(null, 1, 2),
  maxFailures: constantFrom(null, null, 1, 2),
});

test(
  'whatever happens to Executions, Jobs and Attempts, in whatever order, they go where the tables say',
  { timeout: 120_000 },
  async () => {
    const sequence = commands(allCommands, { maxCommands: 80, size: 'max' });
    // On a busy machine there are fewer runs, and a failure is made less small; the test is not longer.
    const until = performance.now() + 20_000;
    await assert(
      asyncProperty(limits, limits, sequence, async (first, second, steps) => {
        if (performance.now() > until) return;
        const model = new LifecycleModel();
        await real.start(model, first);
        await real.start(model, second);
        try {
          await asyncModelRun(() => ({ model, real }), steps);
        } finally {
          await real.clear(model);
        }
      }),
      // A failure says its seed and path.
      { numRuns: 100 },
    );
  },
);

test('the database itself refuses a second live Attempt of a Job (I1)', async () => {
  await startExecution(flotilla.api, { scopeQuery: 'repo:^one$' });
  const runner = real.runner(0);
  const job = await runner.claimOne();
  const second = flotilla.service.sql`
    insert into attempts (job_id, number, runner_id, claim_key, slot, lease_expires_at, deadline_at)
    select job_id, number + 1, runner_id, gen_random_uuid(), 1, now(), now() from attempts where id = ${job.attemptId}`;
  await expect(second).rejects.toMatchObject({ constraint_name: 'attempts_one_live' });
  await runner.succeed(job);
});

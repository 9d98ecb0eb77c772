import { array, assert, asyncProperty, constantFrom, nat, record } from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import {
  maxErroredAttempts,
  maxLostAttempts,
  nextJobState,
  type JobEvent,
  type JobState,
} from '@flotilla/shared/lifecycle/jobLifecycle';
import type { Outcome } from '@flotilla/shared/lifecycle/outcome';
import type { ClaimedJob } from '@flotilla/shared/protocol/runnerMessages';
import { loseAttempts } from '../../service/src/jobs/queries/loseAttempts.ts';
import { startExecution } from '../support/actionText.ts';
import { refusalOfCall } from '../support/refusal.ts';
import { makeRepositories } from '../support/repositories.ts';
import type { TestRunner } from '../support/testRunner.ts';
import { testService, type TestService } from '../support/testService.ts';

/** What somebody does to one of the Jobs. */
const deeds = [
  'claim',
  'succeed',
  'fail',
  'timeOut',
  'error',
  'confirmCancel',
  'cancel',
  'lose',
  'release',
  'rerun',
] as const;
type Deed = (typeof deeds)[number];

const outcomes: Readonly<Partial<Record<Deed, Outcome>>> = {
  succeed: { kind: 'succeeded' },
  fail: { kind: 'failed', step: 0, exitCode: 1, outOfMemory: false, outOfDisk: false, lastLine: '' },
  timeOut: { kind: 'timedOut', step: 0, seconds: 1, limit: 'job' },
  error: { kind: 'errored', reason: 'sandbox', message: 'Docker went away.', step: null },
  confirmCancel: { kind: 'cancelled', step: null },
};

/** A Job as the transition tables of shared/lifecycle have it. */
class Model {
  state: JobState = 'queued';
  cancelRequested = false;
  lost = 0;
  errored = 0;
  attempts = 0;
  held: ClaimedJob | undefined;

  /** The event of the table that a deed is, seen from where the Job stands; undefined when it must change nothing. */
  eventOf(deed: Deed): JobEvent | undefined {
    const live = this.held !== undefined;
    switch (deed) {
      case 'claim':
        return this.state === 'queued' ? 'claim' : undefined;
      case 'cancel':
        return this.state === 'queued' ? 'cancel' : undefined;
      case 'rerun':
        return this.state === 'queued' || this.state === 'running' ? undefined : 'rerun';
      case 'lose':
        if (!live) return undefined;
        if (this.cancelRequested) return 'cancel';
        return this.lost + 1 >= maxLostAttempts ? 'abandon' : 'lose';
      case 'release':
        if (!live) return undefined;
        return this.cancelRequested ? 'cancel' : 'release';
      case 'error':
        if (!live) return undefined;
        return this.cancelRequested || this.errored + 1 >= maxErroredAttempts ? 'error' : 'retry';
      case 'confirmCancel':
        return live ? 'cancel' : undefined;
      case 'succeed':
      case 'fail':
      case 'timeOut':
        return live ? deed : undefined;
    }
  }

  apply(deed: Deed, event: JobEvent | undefined): void {
    if (deed === 'cancel' && this.state === 'running') this.cancelRequested = true;
    if (event === undefined) return;
    const next = nextJobState(this.state, event);
    if (next === null) throw new Error(`the table refuses ${event} in ${this.state}`);
    if (event === 'lose' || event === 'abandon') this.lost += 1;
    if (event === 'retry') this.errored += 1;
    if (event === 'rerun') Object.assign(this, { lost: 0, errored: 0, cancelRequested: false });
    if (event === 'claim') this.attempts += 1;
    else this.held = undefined;
    this.state = next;
  }
}

let flotilla: TestService;
let runner: TestRunner;
beforeAll(async () => {
  flotilla = await testService({ repositories: (folder) => makeRepositories(folder, ['one']) });
  runner = await flotilla.connectRunner();
  return () => flotilla[Symbol.asyncDispose]();
});

/** Does it to the real Job, as a Runner, a person or the janitor does. */
async function doIt(deed: Deed, jobId: number, model: Model): Promise<void> {
  const { api, service } = flotilla;
  const { held } = model;
  const outcome = outcomes[deed];
  if (outcome !== undefined) {
    if (held !== undefined) await finishWith(held, outcome);
  } else if (deed === 'claim') {
    // The pause after an errored Attempt is over at once here.
    await service.sql`update jobs set ready = true, not_before = null where id = ${jobId} and state = 'queued'`;
    const [claimed] = await runner.claim(1);
    if (claimed?.jobId !== (model.state === 'queued' ? jobId : undefined))
      throw new Error(`job ${claimed?.jobId} was claimed while job ${jobId} was ${model.state}`);
    if (claimed !== undefined) model.held = claimed;
  } else if (deed === 'cancel') {
    await api.jobs.cancel.mutate({ jobId });
  } else if (deed === 'rerun') {
    const rerun = api.jobs.rerun.mutate({ jobId });
    if (model.state === 'queued' || model.state === 'running') await refusalOfCall(rerun);
    else await rerun;
  } else if (deed === 'release') {
    if (held !== undefined) await runner.service.release(held);
  } else if (held !== undefined) {
    await service.sql`update attempts set lease_expires_at = now() - interval '1 second' where id = ${held.attemptId}`;
    const lost = (await loseAttempts(service.sql, { cause: 'leaseExpired', seenAt: 'now' })).map(
      ({ attemptId }) => attemptId,
    );
    if (lost.join() !== String(held.attemptId)) throw new Error(`attempts ${lost.join()} were lost`);
  }
}

async function finishWith(held: ClaimedJob, outcome: Outcome): Promise<void> {
  const { result } = await runner.finish(held, outcome);
  if (result !== 'done') throw new Error(`a finish of a live Attempt was answered with ${result}`);
}

test('whatever happens to a Job, in whatever order, it goes where the transition table says', async () => {
  const steps = array(record({ deed: constantFrom(...deeds), stale: nat(3) }), {
    minLength: 1,
    maxLength: 25,
  });
  await assert(
    asyncProperty(steps, async (sequence) => {
      const { id: executionId } = await startExecution(flotilla.api);
      const [job] = await flotilla.api.jobs.list.query({ executionId });
      if (job === undefined) throw new Error('the Execution has a Job');
      const model = new Model();
      const ended: ClaimedJob[] = [];
      for (const { deed, stale } of sequence) {
        const event = model.eventOf(deed);
        const before = model.held;
        await doIt(deed, job.id, model);
        model.apply(deed, event);
        if (before !== undefined && model.held === undefined) ended.push(before);
        // Whoever held the Job before changes nothing any more (I2, I3).
        const old = ended[stale];
        if (old !== undefined) await runner.finish(old, { kind: 'succeeded' });
        const now = await flotilla.api.jobs.get.query({ jobId: job.id });
        expect(now).toMatchObject({ state: model.state, attemptCount: model.attempts });
      }
      const attempts = await flotilla.api.attempts.list.query({ jobId: job.id });
      const live = attempts.filter(({ state }) => state === 'claimed' || state === 'running');
      expect(live.map(({ id }) => id)).toEqual(model.held === undefined ? [] : [model.held.attemptId]);
      // Nothing of it may be queued for the next one.
      await flotilla.api.jobs.cancel.mutate({ jobId: job.id });
      if (model.held !== undefined) await runner.finish(model.held, { kind: 'cancelled', step: null });
    }),
    { numRuns: 40 },
  );
});

test('the database itself refuses a second live Attempt of a Job (I1)', async () => {
  await startExecution(flotilla.api);
  const job = await runner.claimOne();
  const second = flotilla.service.sql`
    insert into attempts (job_id, number, runner_id, claim_key, slot, lease_expires_at, deadline_at)
    select job_id, number + 1, runner_id, gen_random_uuid(), 1, now(), now() from attempts where id = ${job.attemptId}`;
  await expect(second).rejects.toMatchObject({ constraint_name: 'attempts_one_live' });
  await runner.succeed(job);
});

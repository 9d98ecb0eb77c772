import type { AttemptView, ExecutionView, JobView } from '@flotilla/shared/views';
import { expect, test } from 'vitest';
import type { Sql } from '../../../service/src/db/database.ts';
import { watchRows } from '../../../scripts/launch/liveRows.ts';
import { maxRows } from '../../../service/src/feed/readChanges.ts';
import { endAttempts } from '../../../service/src/jobs/queries/endAttempts.ts';
import { startExecution } from '../../support/actionText.ts';
import { addEndedJobs } from '../../support/endedJobs.ts';
import { hold } from '../../support/holdPoints.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService, type EditorClient, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';

const two = (folder: string) => makeRepositories(folder, ['one', 'two']);

/**
 * Waits until no transaction runs that is older than what was written so far, in the other tests' databases on the server
 * either: until then the feed's place stays before it, and rows come twice.
 */
async function allWritesAreOld(sql: Sql): Promise<void> {
  await waitFor('older transactions to end', async () => {
    const [row] = await sql<{ old: boolean }[]>`
      select pg_snapshot_xmin(pg_current_snapshot())::text::bigint >
             greatest((select max(changed_xid) from jobs), (select max(changed_xid) from executions),
                      (select max(changed_xid) from attempts)) as old`;
    return row?.old === true;
  });
}

/** What an editor holds that replaces its rows by those of the feed. */
class Model implements Disposable {
  readonly jobs = new Map<number, JobView>();
  readonly executions = new Map<number, ExecutionView>();
  readonly attempts = new Map<number, AttemptView>();
  /** Not a number before the first message. */
  runnersOnline = Number.NaN;
  messages = 0;
  /** How often it was told to list anew. */
  listAnew = 0;
  lastEventId = '';
  readonly #stop: () => void;

  constructor({ api }: Pick<EditorClient, 'api'>, lastEventId?: string) {
    const subscription = watchRows(api, {
      from: lastEventId,
      onChanges: (data, cursor) => {
        this.messages += 1;
        this.lastEventId = cursor;
        if (data.listAnew) this.listAnew += 1;
        for (const job of data.jobs) this.jobs.set(job.id, job);
        for (const execution of data.executions) this.executions.set(execution.id, execution);
        for (const attempt of data.attempts) this.attempts.set(attempt.id, attempt);
        if (data.runners === undefined) return;
        this.runnersOnline = data.runners.filter(({ online, draining }) => online && !draining).length;
      },
    });
    this.#stop = () => subscription.unsubscribe();
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}

const started = (model: Model) => waitFor('the feed to begin', () => model.messages > 0);

test('an editor hears of every change of an Execution, its Jobs and their Attempts', async () => {
  await using flotilla = await testService({ repositories: two });
  using model = new Model(flotilla);
  await started(model);
  const { id: executionId } = await startExecution(flotilla.api);
  await waitFor('the new Execution', () => model.executions.get(executionId)?.state === 'queued');
  const runner = await flotilla.connectRunner();
  await waitFor('the runner', () => model.runnersOnline === 1);
  const job = await runner.claimOne();
  await waitFor('the claim', () => model.jobs.get(job.jobId)?.state === 'running');
  const step = {
    index: 0,
    state: 'running',
    exitCode: null,
    imageDigest: null,
    startedAt: 1,
    endedAt: null,
  } as const;
  await runner.service.progress(job, [step]);
  await waitFor('the Step', () => model.attempts.get(job.attemptId)?.steps[0]?.state === 'running');
  await runner.succeed(job);
  await waitFor('the end', () => model.jobs.get(job.jobId)?.state === 'succeeded');
  await flotilla.api.jobs.setIncluded.mutate({ jobId: job.jobId, path: null, included: false });
  await waitFor('the selection', () => model.jobs.get(job.jobId)?.included === false);
  await flotilla.api.executions.cancel.mutate({ executionId });
  await waitFor('the cancellation', () => model.executions.get(executionId)?.state === 'cancelled');
  await waitFor('the seal', () => model.attempts.get(job.attemptId)?.logSealed);
  const [listed] = await flotilla.api.executions.list.query({});
  expect(model.executions.get(executionId)).toEqual(listed);
});

test('a change is heard although a later one was committed first', async () => {
  await using flotilla = await testService({ repositories: two });
  const { sql } = flotilla.service;
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const [early, late] = await runner.claim(2);
  if (early === undefined || late === undefined) throw new Error('two Jobs were queued');
  using model = new Model(flotilla);
  await started(model);
  // The first change has its place in the order of transactions, and is not committed.
  await using slow = await hold(sql, (tx) =>
    endAttempts(tx, [
      {
        finish: {
          attemptId: early.attemptId,
          leaseToken: early.leaseToken,
          outcome: { kind: 'succeeded' },
          steps: [],
          phases: [],
          logLength: 0,
          streams: [],
          logLimitReached: false,
          patch: null,
        },
        state: 'succeeded',
        retried: false,
        patch: null,
      },
    ]),
  );
  await runner.succeed(late);
  await waitFor('the later change', () => model.jobs.get(late.jobId)?.state === 'succeeded');
  expect(model.jobs.get(early.jobId)?.state).not.toBe('succeeded');
  await slow.release();
  flotilla.service.hints.publish('changes');
  await waitFor('the earlier change', () => model.jobs.get(early.jobId)?.state === 'succeeded');
  expect(model.jobs.size).toBe(2);
});

test('an editor that was away gets what it missed, from the place where it was', async () => {
  await using flotilla = await testService({ repositories: two });
  const runner = await flotilla.connectRunner();
  let place: string;
  {
    using before = new Model(flotilla);
    await started(before);
    place = before.lastEventId;
  }
  const { id: executionId } = await startExecution(flotilla.api);
  const job = await runner.claimOne();
  await runner.succeed(job);
  using after = new Model(flotilla, place);
  await waitFor('what was missed', () => after.jobs.get(job.jobId)?.state === 'succeeded');
  expect(after.executions.get(executionId)).toMatchObject({ counts: { succeeded: 1, queued: 1 } });
});

/** An editor that comes back after so many Jobs have ended. */
async function backAfter(flotilla: TestService, jobs: number): Promise<Model> {
  const { sql } = flotilla.service;
  const { id: executionId } = await startExecution(flotilla.api);
  await allWritesAreOld(sql);
  let place: string;
  {
    using before = new Model(flotilla);
    await started(before);
    place = before.lastEventId;
  }
  await addEndedJobs(sql, executionId, jobs);
  await allWritesAreOld(sql);
  return new Model(flotilla, place);
}

test('an editor that was away for more than one message takes is told to list anew, and goes on from there', async () => {
  await using flotilla = await testService({ repositories: two });
  using after = await backAfter(flotilla, maxRows + 1);
  await waitFor('the feed to say so', () => after.listAnew === 1);
  expect([after.jobs.size, after.executions.size, after.attempts.size]).toEqual([0, 0, 0]);
  expect(after.runnersOnline).toBe(0);
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  await waitFor('the next change', () => after.jobs.get(job.jobId)?.state === 'running');
  expect(after.listAnew).toBe(1);
});

test('what one message takes is sent in one', async () => {
  await using flotilla = await testService({ repositories: two });
  using after = await backAfter(flotilla, maxRows);
  await started(after);
  expect([after.messages, after.listAnew, after.jobs.size]).toEqual([1, 0, maxRows]);
});

test('a change that another replica made is heard', async () => {
  await using flotilla = await testService({ repositories: two });
  await using other = await testService({
    database: flotilla.database,
    repositoriesFolder: flotilla.repositoriesFolder,
  });
  using model = new Model(other);
  await started(model);
  const { id } = await startExecution(flotilla.api);
  expect(await waitFor('the Execution', () => model.executions.get(id))).toMatchObject({ state: 'queued' });
});

test('an Execution is "mine" only for who started it', async () => {
  await using flotilla = await testService({ repositories: two });
  const grace = flotilla.connectEditor(await flotilla.createUserToken('Grace', 'reader'));
  using mine = new Model(flotilla);
  using hers = new Model(grace);
  await started(mine);
  await started(hers);
  const { id } = await startExecution(flotilla.api);
  expect((await waitFor('it', () => mine.executions.get(id))).mine).toBe(true);
  expect((await waitFor('it', () => hers.executions.get(id))).mine).toBe(false);
});

test('a runner that drains, or gives no sign of life for a lease, is not online', async () => {
  await using flotilla = await testService({ config: { leaseMs: 1000 } });
  const runner = await flotilla.connectRunner();
  const online = async () => (await flotilla.api.server.info.query()).runnersOnline;
  await runner.service.heartbeat([], true);
  expect(await online()).toBe(0);
  await runner.service.heartbeat([], false);
  expect(await online()).toBe(1);
  using model = new Model(flotilla);
  await started(model);
  await waitFor('the feed to say that the runner is gone', () => model.runnersOnline === 0);
  expect(await online()).toBe(0);
});

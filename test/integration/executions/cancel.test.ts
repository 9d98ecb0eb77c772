import { loseAttempts } from '../../../service/src/jobs/queries/loseAttempts.ts';
import type { RunnerHint } from '@flotilla/shared/protocol/runnerMessages';
import { expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { hold } from '../../support/holdPoints.ts';
import { refusalOfCall, type Refusal } from '../../support/refusal.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';
import { untilEnded } from '../../support/untilEnded.ts';

const three = (folder: string) => makeRepositories(folder, ['one', 'three', 'two']);

test('cancelling ends queued Jobs at once, and running ones when their Runner confirms', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api } = flotilla;
  const { id: executionId } = await startExecution(api);
  const runner = await flotilla.connectRunner();
  const hints: RunnerHint[] = [];
  runner.service.onHint(
    (hint) => hints.push(hint),
    () => undefined,
  );
  await runner.service.heartbeat([], false);
  const job = await runner.claimOne();
  expect(await api.executions.cancel.mutate({ executionId })).toMatchObject({
    state: 'cancelling',
    counts: { cancelled: 2, running: 1 },
    endedAt: null,
  });
  expect(await runner.claim(5)).toEqual([]);
  await waitFor('the hint to cancel', () => hints.find((hint) => hint.kind === 'cancel'));
  expect(hints).toContainEqual({ kind: 'cancel', attemptIds: [job.attemptId] });
  expect(await runner.service.heartbeat([job], false)).toEqual({
    drain: false,
    cancel: [job.attemptId],
    fenced: [],
  });
  await runner.finish(job, { kind: 'cancelled', step: 0 });
  expect(await untilEnded(flotilla, executionId)).toMatchObject({
    state: 'cancelled',
    counts: { cancelled: 3 },
  });
});

test.each(['job', 'execution'] as const)('a Runner hears at once of a cancelled %s', async (what) => {
  await using flotilla = await testService({ repositories: three });
  const { api } = flotilla;
  const { id: executionId } = await startExecution(api, { scopeQuery: 'repo:one' });
  const runner = await flotilla.connectRunner();
  const hints: RunnerHint[] = [];
  runner.service.onHint(
    (hint) => hints.push(hint),
    () => undefined,
  );
  await runner.service.heartbeat([], false);
  const job = await runner.claimOne();
  if (what === 'job') await api.jobs.cancel.mutate({ jobId: job.jobId });
  else await api.executions.cancel.mutate({ executionId });
  await waitFor('the hint to cancel', () => hints.find((hint) => hint.kind === 'cancel'));
  expect(hints).toContainEqual({ kind: 'cancel', attemptIds: [job.attemptId] });
});

test('runners are told of a cancellation also when the look at the end of its Execution fails', async () => {
  await using flotilla = await testService({ repositories: three });
  const { sql, hints } = flotilla.service;
  const { id: executionId } = await startExecution(flotilla.api);
  using listener = hints.listen('cancel');
  let told = false;
  listener.next(600_000).then(
    () => (told = true),
    () => undefined,
  );
  // The hold point: the look asks for the work of settling.
  await using _held = await hold(sql, (tx) => tx`lock table work in access exclusive mode`);
  let refusal: Refusal | undefined;
  const refused = refusalOfCall(flotilla.api.executions.cancel.mutate({ executionId })).then(
    (answer) => (refusal = answer),
  );
  await waitFor('the call to be refused', async () => {
    await sql`
      select pg_cancel_backend(pid) from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`;
    return refusal;
  });
  expect(await refused).toMatchObject({ flotilla: 'unavailable' });
  expect(told).toBe(true);
});

test('cancelling again, or after the end, changes nothing and is written down once', async () => {
  await using flotilla = await testService({ repositories: three });
  const { id: executionId } = await startExecution(flotilla.api);
  const first = await flotilla.api.executions.cancel.mutate({ executionId });
  expect(await flotilla.api.executions.cancel.mutate({ executionId })).toEqual(first);
  expect(
    await flotilla.service.sql`select actor, details from audit_events where event = 'execution.cancelled'`,
  ).toEqual([{ actor: 'Ada', details: { execution: executionId, jobs: 3 } }]);
});

test('cancelling an Execution whose scope is being resolved is written down once, though it has no Jobs yet', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api, service } = flotilla;
  const { id: executionId } = await startExecution(api);
  await service.sql`delete from jobs`;
  await service.sql`update executions set resolved_at = null`;
  await api.executions.cancel.mutate({ executionId });
  await api.executions.cancel.mutate({ executionId });
  expect(
    await service.sql`select actor, details from audit_events where event = 'execution.cancelled'`,
  ).toEqual([{ actor: 'Ada', details: { execution: executionId, jobs: 0 } }]);
});

test.each(['lost', 'released'] as const)(
  'a cancelled Job whose Attempt is %s is not queued again',
  async (end) => {
    await using flotilla = await testService({ repositories: three });
    const { id: executionId } = await startExecution(flotilla.api, { scopeQuery: 'repo:one' });
    const runner = await flotilla.connectRunner();
    const job = await runner.claimOne();
    await flotilla.api.executions.cancel.mutate({ executionId });
    if (end === 'released') await runner.service.release(job);
    else {
      await flotilla.service.sql`update attempts set lease_expires_at = now() - interval '1 second'`;
      await loseAttempts(flotilla.service.sql, { cause: 'leaseExpired', seenAt: 'now' });
    }
    expect(await flotilla.api.jobs.get.query({ jobId: job.jobId })).toMatchObject({ state: 'cancelled' });
    expect(await runner.claim()).toEqual([]);
  },
);

test('another Execution of the same Action goes on', async () => {
  await using flotilla = await testService({ repositories: three });
  const { id: executionId } = await startExecution(flotilla.api);
  const other = await startExecution(flotilla.api);
  await flotilla.api.executions.cancel.mutate({ executionId });
  expect(await flotilla.api.executions.get.query({ executionId: other.id })).toMatchObject({
    counts: { queued: 3 },
  });
});

test('an Execution that is not there cannot be cancelled', async () => {
  await using flotilla = await testService();
  expect(await refusalOfCall(flotilla.api.executions.cancel.mutate({ executionId: 999 }))).toMatchObject({
    flotilla: 'notFound',
    message: 'There is no execution 999.',
  });
});

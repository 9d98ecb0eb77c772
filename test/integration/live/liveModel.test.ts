import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { Connection } from '../../../extension/src/connection/connection.ts';
import { parseServerAddress } from '../../../extension/src/connection/serverAddress.ts';
import { untilAnswered } from '../../../extension/src/connection/untilAnswered.ts';
import { liveAttempts } from '../../../extension/src/model/liveAttempts.ts';
import { liveCampaigns } from '../../../extension/src/model/liveCampaigns.ts';
import { liveChangesets } from '../../../extension/src/model/liveChangesets.ts';
import { liveExecutions } from '../../../extension/src/model/liveExecutions.ts';
import { liveJobs } from '../../../extension/src/model/liveJobs.ts';
import { liveRunners } from '../../../extension/src/model/liveRunners.ts';
import { LiveModel } from '../../../extension/src/model/liveModel.ts';
import { maxRows } from '../../../service/src/feed/readChanges.ts';
import { startExecution } from '../../support/actionText.ts';
import { createCampaign, execute, template, writableService } from '../../support/campaigns.ts';
import { addEndedJobs } from '../../support/endedJobs.ts';
import { hold, waitForBlocked } from '../../support/holdPoints.ts';
import { untilSettled } from '../../support/untilSettled.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';

const two = (folder: string) => makeRepositories(folder, ['one', 'two']);

/** The model of a window that is connected to a service, as the extension puts it together. */
function openModel({
  url,
  userToken,
}: TestService): { readonly connection: Connection; readonly model: LiveModel } & Disposable {
  const connection = new Connection({
    address: () => parseServerAddress(url),
    allowInsecure: () => false,
    token: () => Promise.resolve(userToken),
    describe: ({ kind }) => kind,
    log: { info: () => undefined, warn: () => undefined },
  });
  const model = new LiveModel(connection);
  connection.hold();
  return {
    connection,
    model,
    [Symbol.dispose]() {
      model.dispose();
      connection.dispose();
    },
  };
}

const untilListed = (model: LiveModel) =>
  waitFor('the list', () => model.of(liveExecutions).rows() !== undefined);

test('a window that missed too much for the feed lists anew what it holds, Attempts too', async () => {
  await using flotilla = await testService({ repositories: two });
  const { api, service } = flotilla;
  const { id: executionId } = await startExecution(api);
  const { id: otherId } = await startExecution(api);
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  using window = openModel(flotilla);
  const { model } = window;
  await untilListed(window.model);
  const jobs = model.of(liveJobs);
  const attempts = model.of(liveAttempts);
  jobs.hold(executionId);
  attempts.hold(job.jobId);
  await jobs.load(executionId);
  await attempts.load(job.jobId);
  // Without a transaction's id they are named by no message: only a list can bring them.
  await service.sql`update attempts set log_limit_reached = true where id = ${job.attemptId}`;
  await service.sql`update jobs set state = 'cancelled', ended_at = now() where execution_id = ${executionId} and state = 'queued'`;
  await addEndedJobs(service.sql, otherId, maxRows + 1);
  service.hints.publish('changes');
  await waitFor('the Job that nobody named', () =>
    jobs.rows(executionId)?.some(({ state }) => state === 'cancelled'),
  );
  await waitFor('the Attempt', () => attempts.get(job.attemptId)?.logLimitReached);
  await expect.poll(() => model.of(liveExecutions).get(otherId)?.counts.cancelled).toBe(maxRows + 1);
});

test('a kind of rows that is first wanted while the feed goes on is followed from then on', async () => {
  await using flotilla = await testService();
  using window = openModel(flotilla);
  await untilListed(window.model);
  const runners = window.model.of(liveRunners);
  expect(await waitFor('the Runners', () => runners.rows)).toEqual([]);
  await flotilla.connectRunner({ name: 'north' });
  await waitFor('the Runner', () => runners.rows?.[0]?.name === 'north');
});

test('a Campaign moves on with its Changesets, which are rows while somebody holds them', async () => {
  await using flotilla = await writableService();
  using window = openModel(flotilla);
  await untilListed(window.model);
  const campaigns = window.model.of(liveCampaigns);
  const changesets = window.model.of(liveChangesets);
  const executionId = await execute(flotilla, { web: { write: { 'a.txt': 'A\n' } } });
  const campaignId = await createCampaign(flotilla, executionId, {
    template: { ...template, publish: 'none' },
  });
  await waitFor('the Campaign', () => campaigns.get(campaignId)?.counts.unpublished === 1);
  changesets.hold(campaignId);
  const [{ id } = { id: 0 }] = await changesets.load(campaignId);
  await flotilla.api.changesets.want.mutate({ changesetIds: [id], wish: 'publish' });
  await expect.poll(() => changesets.get(id)?.state).toBe('open');
  await expect.poll(() => campaigns.get(campaignId)?.counts).toMatchObject({ unpublished: 0, open: 1 });
});

test('rows come again after the connection was cut, and what was held is listed anew', async () => {
  await using flotilla = await testService({ repositories: two });
  const { api, service } = flotilla;
  const { id: executionId } = await startExecution(api);
  using window = openModel(flotilla);
  await untilListed(window.model);
  const jobs = window.model.of(liveJobs);
  jobs.hold(executionId);
  await jobs.load(executionId);
  // Without a transaction's id they are named by no message: only a list can bring them.
  await service.sql`update jobs set state = 'cancelled', ended_at = now() where execution_id = ${executionId}`;
  flotilla.cutConnections();
  await waitFor('the Jobs', () => jobs.rows(executionId)?.every(({ state }) => state === 'cancelled'));
  const { id: later } = await startExecution(api);
  expect(await waitFor('the feed to go on', () => window.model.of(liveExecutions).get(later))).toBeDefined();
});

test('a window whose clock is wrong knows the time of its service', async () => {
  await using flotilla = await testService();
  const before = Date.now();
  using clock = vi.spyOn(Date, 'now').mockImplementation(() => before - 3_600_000 + performance.now());
  using window = openModel(flotilla);
  await untilListed(window.model);
  const ours = window.model.serverTime;
  clock.mockRestore();
  expect(Math.abs(ours - Date.now())).toBeLessThan(10_000);
});

test('a call whose answer is lost is made again when the service is reached again', async () => {
  await using flotilla = await testService({ repositories: two });
  const { api, service } = flotilla;
  const { id: executionId } = await startExecution(api, { scopeQuery: 'repo:^one$' });
  const runner = await flotilla.connectRunner();
  await runner.finish(await runner.claimOne(), { kind: 'cancelled', step: null });
  // What settles its end waits for its row too, and would be taken for the call.
  await untilSettled(flotilla);
  using window = openModel(flotilla);
  await untilListed(window.model);
  await using other = await hold(
    service.sql,
    (tx) => tx`select from executions where id = ${executionId} for update`,
  );
  const requestKey = randomUUID();
  const rerun = untilAnswered(window.connection, (client) =>
    client.executions.rerun.mutate({ executionId, scope: 'all', requestKey }),
  );
  await waitForBlocked(service.sql, 1);
  flotilla.cutConnections();
  await waitForBlocked(service.sql, 2);
  await other.release();
  expect(await rerun).toEqual({ jobs: 1 });
});

/** Live rows by their topics: what is read, listed in pages, refused, and kept from who may not see it. */
import { describe, expect, test } from 'vitest';
import { listJobs } from '../../../scripts/launch/liveRows.ts';
import { readChanges } from '../../../service/src/feed/readChanges.ts';
import { listRows } from '../../../service/src/feed/listRows.ts';
import { loadTopics } from '../../../service/src/feed/topics.ts';
import { jobsTopic } from '../../../service/src/jobs/jobsTopic.ts';
import { startExecution } from '../../support/actionText.ts';
import { addEndedJobs } from '../../support/endedJobs.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService } from '../../support/testService.ts';

const two = (folder: string) => makeRepositories(folder, ['one', 'two']);
/** Somebody who may see no repository. */
const nobody = { id: 0, name: 'Nobody', role: 'reader', sees: new Set<number>() } as const;

test('every topic is found by the name of its file, and can be read', async () => {
  const topics = await loadTopics();
  await using flotilla = await testService({ repositories: two });
  const { sql, config } = flotilla.service;
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  await runner.claimOne();
  const { changed, lists, gone } = await readChanges(sql, topics, '0', config.leaseMs);
  const counts = Object.fromEntries(
    [...changed, ...lists].map(({ topic, rows }) => [topic.name, rows.length]),
  );
  expect(counts).toMatchObject({ executions: 1, attempts: 1, jobs: 2, queue: 1, runners: 1 });
  expect(gone).toEqual([]);
  for (const topic of topics.values()) {
    // A table without the columns that it must have would be refused by the database.
    if (topic.kind === 'rows') await topic.select(sql, sql`${sql(`${topic.table}.changed_xid`)} >= 0`, 1);
  }
});

describe('a list', () => {
  test('comes in pages that follow one another, whatever changes meanwhile', async () => {
    await using flotilla = await testService({ repositories: two });
    const { id: executionId } = await startExecution(flotilla.api);
    await addEndedJobs(flotilla.service.sql, executionId, 5);
    const first = await flotilla.api.jobs.list.query({ executionId, limit: 3 });
    const runner = await flotilla.connectRunner();
    await runner.claimOne();
    const second = await flotilla.api.jobs.list.query({ executionId, limit: 3, after: first.next ?? 0 });
    const third = await flotilla.api.jobs.list.query({ executionId, limit: 3, after: second.next ?? 0 });
    const pages = [first, second, third].map(({ rows }) => rows.map(({ id }) => id));
    expect(pages.map((ids) => ids.length)).toEqual([3, 3, 1]);
    expect(pages.flat()).toEqual((await listJobs(flotilla.api, executionId)).map(({ id }) => id));
    expect(third.next).toBeNull();
  });

  test('of Executions begins with the newest, and of Attempts too', async () => {
    await using flotilla = await testService({ repositories: two });
    const { id: older } = await startExecution(flotilla.api);
    const { id: newer } = await startExecution(flotilla.api);
    const page = await flotilla.api.rows.list.query({ topic: 'executions', limit: 1 });
    expect(page).toMatchObject({ rows: [{ id: newer }], next: newer });
    expect(await flotilla.api.rows.list.query({ topic: 'executions', limit: 9, after: newer })).toMatchObject(
      {
        rows: [{ id: older }],
        next: null,
      },
    );
  });

  test('goes on behind rows that its reader may not see', async () => {
    await using flotilla = await testService({ repositories: two });
    const { id: executionId } = await startExecution(flotilla.api);
    const page = { of: executionId, after: undefined, limit: 1 };
    const { rows, next } = await listRows(flotilla.service.sql, jobsTopic, nobody, page);
    expect(rows).toEqual([]);
    expect(next).toEqual(expect.any(Number));
  });

  test('rows are had by their ids as well; those that there are not are left out', async () => {
    await using flotilla = await testService({ repositories: two });
    const { id: executionId } = await startExecution(flotilla.api);
    const [job] = await listJobs(flotilla.api, executionId);
    if (job === undefined) throw new Error('the Execution has Jobs');
    expect(await flotilla.api.rows.get.query({ topic: 'jobs', ids: [job.id, 999_999] })).toEqual([job]);
  });
});

test('the feed brings no rows of repositories that its reader may not see', async () => {
  await using flotilla = await testService({ repositories: two });
  const { changeFeed } = flotilla.service;
  const { id: executionId } = await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  await runner.claimOne();
  const ending = new AbortController();
  const topics = new Set(['executions', 'jobs', 'attempts']);
  for await (const { changes } of changeFeed.watch(nobody, topics, '0', ending.signal)) {
    expect(Object.keys(changes.rows)).toEqual(['executions']);
    expect(changes.rows['executions']).toMatchObject([{ id: executionId, mine: false }]);
    ending.abort();
  }
});

test('a topic that nobody asked for is not sent, and one that there is not is none', async () => {
  await using flotilla = await testService({ repositories: two });
  await startExecution(flotilla.api);
  const message = await new Promise((resolve, reject) => {
    const topics = ['queue', 'schedules', 'constructor'];
    const subscription = flotilla.api.rows.watch.subscribe(
      { topics, lastEventId: '1' },
      {
        onData: ({ data }) => {
          subscription.unsubscribe();
          resolve(data);
        },
        onError: reject,
      },
    );
  });
  expect(message).toMatchObject({ listAnew: false, rows: { queue: [{ ready: 2 }] }, gone: {} });
  expect(Object.keys((message as { rows: object }).rows)).toEqual(['queue']);
});

test.each([
  ['of a topic that there is not', { topic: 'schedules', limit: 1 }, 'There is no topic "schedules" here.'],
  ['of a topic that comes as a whole', { topic: 'runners', limit: 1 }, '"runners" is not listed'],
  [
    'without what they are of',
    { topic: 'jobs', limit: 1 },
    'There is a list of jobs for each execution: say of which, by its id in "of".',
  ],
  [
    'of something that they are not of',
    { topic: 'executions', of: 1, limit: 1 },
    'There is one list of all executions: ask for it without "of".',
  ],
  ['without a number', { topic: 'executions', limit: 0 }, 'limit'],
  ['in a page without an end', { topic: 'executions', limit: 1001 }, 'limit'],
  ['of a topic that is no name', { topic: '"; drop table jobs', limit: 1 }, 'topic'],
])('rows that are asked for %s are refused', async (_what, wanted, sentence) => {
  await using flotilla = await testService();
  const { message } = await refusalOfCall(flotilla.api.rows.list.query(wanted));
  expect(message).toContain(sentence);
});

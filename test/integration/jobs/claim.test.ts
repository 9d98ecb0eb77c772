import { randomUUID } from 'node:crypto';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import { describe, expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { hold, waitForBlocked } from '../../support/holdPoints.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService } from '../../support/testService.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `service-${100 + index}`);
const repositories = (count: number) => (folder: string) => makeRepositories(folder, names(count));
const refs = (jobs: readonly ClaimedJob[]) =>
  jobs.map(({ attemptId, leaseToken, jobId }) => ({ attemptId, leaseToken, jobId }));

test('a Runner gets the oldest Jobs first, as many as it has room for', async () => {
  await using flotilla = await testService({ repositories: repositories(6) });
  await startExecution(flotilla.api, { scopeQuery: 'repo:service-10[0-2]' });
  await startExecution(flotilla.api, { scopeQuery: 'repo:service-10[3-5]' });
  const runner = await flotilla.connectRunner();
  const claimed = [await runner.claim(2), await runner.claim(3), await runner.claim(3)];
  expect(claimed.map((jobs) => jobs.map((job) => job.repository))).toEqual([
    ['service-100', 'service-101'],
    ['service-102', 'service-103', 'service-104'],
    ['service-105'],
  ]);
  expect(await runner.claim(1)).toEqual([]);
});

test('a claim says all that is needed to run the Job', async () => {
  await using flotilla = await testService({ repositories: repositories(1) });
  await startExecution(flotilla.api, {
    env: { LEVEL: 'high' },
    timeout: '90s',
    network: 'none',
    image: 'debian:13',
    steps: [
      { type: 'command', args: ['sh', '-c', 'true'], cacheDirs: ['/root/.npm'] },
      { type: 'docker', image: 'node:24' },
    ],
  });
  const runner = await flotilla.connectRunner();
  const [repository] = await flotilla.api.repositories.list.query();
  const job = await runner.claimOne();
  expect(job).toMatchObject({
    attemptNumber: 1,
    repository: 'service-100',
    baseRevision: repository?.headCommit,
    baseRef: 'refs/heads/main',
    env: { LEVEL: 'high' },
    network: 'none',
    timeoutSeconds: 90,
    steps: [
      {
        type: 'command',
        image: 'debian:13',
        pinnedImage: null,
        args: ['sh', '-c', 'true'],
        cacheDirs: ['/root/.npm'],
        timeoutSeconds: null,
      },
      { type: 'docker', image: 'node:24', pinnedImage: null, args: [], cacheDirs: [], timeoutSeconds: null },
    ],
  });
});

test("an Action without a timeout has the service's", async () => {
  await using flotilla = await testService({
    repositories: repositories(1),
    config: { jobTimeoutSeconds: 17 },
  });
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  expect(await runner.claimOne()).toMatchObject({ timeoutSeconds: 17 });
});

test('a claim that is asked again gets the same Attempts, and no further Job', async () => {
  await using flotilla = await testService({ repositories: repositories(4) });
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const key = randomUUID();
  const first = await runner.claim(2, key);
  expect(first).toHaveLength(2);
  expect(refs(await runner.claim(2, key))).toEqual(refs(first));
});

test('a claim that is asked again after an Attempt has ended answers only with those that live', async () => {
  await using flotilla = await testService({ repositories: repositories(4) });
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const key = randomUUID();
  const [ended, live] = await runner.claim(2, key);
  if (ended === undefined || live === undefined) throw new Error('two Jobs were queued');
  expect(await runner.succeed(ended)).toEqual({ result: 'done' });
  expect(refs(await runner.claim(2, key))).toEqual(refs([live]));
});

describe.each([
  ['more Jobs are queued than it has room for', 'service-10[0-3]'],
  ['it could take every queued Job', 'service-100'],
])('the same claim twice at the same time, when %s,', (_case, scope) => {
  test('makes one set of Attempts', async () => {
    await using flotilla = await testService({ repositories: repositories(4) });
    const { sql } = flotilla.service;
    await startExecution(flotilla.api, { scopeQuery: `repo:${scope}` });
    const twin = { name: 'twin', instance: randomUUID() };
    const one = await flotilla.connectRunner(twin);
    // On another replica: in one, calls at the same time share a statement.
    await using replica = await testService({
      database: flotilla.database,
      repositoriesFolder: flotilla.repositoriesFolder,
    });
    const other = await replica.connectRunner({ ...twin, token: flotilla.runnerToken });
    // A claim looks its Runner up at its very end: there it has its Jobs, and has not committed.
    await using lastMoment = await hold(
      sql,
      (tx) => tx`select from runners where id = ${one.hello.runnerId} for update`,
    );
    const key = randomUUID();
    const first = one.claim(1, key);
    await waitForBlocked(sql, 1);
    const second = other.claim(1, key);
    await waitForBlocked(sql, 2);
    await lastMoment.release();
    expect(await first).toHaveLength(1);
    expect(refs(await second)).toEqual(refs(await first));
  });

  test('makes one set of Attempts whatever their order', async () => {
    await using flotilla = await testService({ repositories: repositories(4) });
    const { sql } = flotilla.service;
    for (let started = 0; started < 8; started++) {
      await startExecution(flotilla.api, { scopeQuery: `repo:${scope}` });
    }
    const twin = { name: 'twin', instance: randomUUID() };
    const one = await flotilla.connectRunner(twin);
    const other = await flotilla.connectRunner(twin);
    let taken = 0;
    for (let left = 8; left > 0; left--) {
      const key = randomUUID();
      const [first, second] = await Promise.all([one.claim(left, key), other.claim(left, key)]);
      expect(refs(first)).toEqual(refs(second));
      taken += first.length;
    }
    expect(
      await sql`select count(*)::int as attempts, count(distinct job_id)::int as jobs from attempts`,
    ).toEqual([{ attempts: taken, jobs: taken }]);
  });
});

test('sixteen Runners that claim at the same time never share a Job, and leave none', async () => {
  await using flotilla = await testService({ repositories: repositories(20) });
  for (let started = 0; started < 8; started++) await startExecution(flotilla.api);
  const runners = await Promise.all(Array.from({ length: 16 }, () => flotilla.connectRunner()));
  const claimed: ClaimedJob[] = [];
  await Promise.all(
    runners.map(async (runner, index) => {
      for (;;) {
        const jobs = await runner.claim(1 + (index % 3));
        if (jobs.length === 0) return;
        claimed.push(...jobs);
      }
    }),
  );
  expect(new Set(claimed.map((job) => job.jobId)).size).toBe(claimed.length);
  expect(claimed).toHaveLength(160);
});

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClaimedJob } from '@flotilla/shared/protocol/runnerMessages';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkOut } from '../../runner/src/git/checkout.ts';
import { ObjectCache } from '../../runner/src/git/objectCache.ts';
import { startExecution } from '../support/actionText.ts';
import { commitFiles, git, makeRepository } from '../support/repositories.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import type { TestRunner } from '../support/testRunner.ts';
import { testService, type TestService } from '../support/testService.ts';

describe('git over HTTP', () => {
  let flotilla: TestService;
  let runner: TestRunner;
  let one: ClaimedJob;
  let two: ClaimedJob;

  beforeAll(async () => {
    flotilla = await testService({
      repositories: async (folder) => {
        await makeRepository(join(folder, 'one'), {
          files: { 'one.txt': 'one\n', 'sub/run.sh': { content: '#!/bin/sh\n', executable: true } },
        });
        await makeRepository(join(folder, 'two'), { files: { 'two.txt': 'two\n' } });
      },
    });
    runner = await flotilla.connectRunner();
    return () => flotilla[Symbol.asyncDispose]();
  });

  /** Two Attempts for each test; nothing of them is queued for the next one. */
  beforeEach(async () => {
    const { id: executionId } = await startExecution(flotilla.api);
    const jobs = await runner.claim(2);
    const [first, second] = jobs;
    if (first === undefined || second === undefined) throw new Error('two Jobs were queued');
    [one, two] = [first, second];
    return () => flotilla.api.executions.cancel.mutate({ executionId });
  });

  /** Asks as git does at the beginning of a fetch or a push; the status says whether it may. */
  async function statusOf(
    path: string,
    lease: Pick<ClaimedJob, 'attemptId' | 'leaseToken'>,
    service = 'git-upload-pack',
  ) {
    const credentials = Buffer.from(`attempt-${lease.attemptId}:${lease.leaseToken}`).toString('base64');
    const response = await fetch(`${flotilla.url}${path}/info/refs?service=${service}`, {
      headers: { authorization: `Basic ${credentials}` },
    });
    await response.arrayBuffer();
    return response.status;
  }

  async function checkOutInto(folder: string, job: ClaimedJob) {
    const attempt = join(folder, 'attempt');
    await mkdir(attempt);
    return checkOut({
      cache: new ObjectCache(join(folder, 'objects'), 1024 ** 3, { debug: () => undefined }),
      repository: job.repository,
      folder: attempt,
      url: `${flotilla.url}${job.gitPath}`,
      attemptId: job.attemptId,
      leaseToken: job.leaseToken,
      baseRevision: job.baseRevision,
      baseRef: job.baseRef,
      signal: AbortSignal.timeout(20_000),
    });
  }

  test("gives a runner its Target's commit, checked out as it is", async () => {
    await using folder = await temporaryFolder();
    const { workTree, gitDir } = await checkOutInto(folder.path, one);
    expect(await git(workTree, ['ls-files', '--stage'])).toMatch(
      /^100644 .*one\.txt\n100755 .*sub\/run\.sh$/,
    );
    expect(await git(join(flotilla.repositoriesFolder, 'one'), ['rev-parse', 'HEAD^{tree}'])).toBe(
      await git(workTree, [`--git-dir=${gitDir}`, 'write-tree']),
    );
  });

  test('opens to the lease token of an Attempt its repository alone', async () => {
    expect(await statusOf(one.gitPath, one)).toBe(200);
    expect(await statusOf(two.gitPath, two)).toBe(200);
    expect(await statusOf(two.gitPath, one)).toBe(401);
    expect(await statusOf(one.gitPath, { attemptId: two.attemptId, leaseToken: one.leaseToken })).toBe(401);
    expect(await statusOf('/git/999999.git', one)).toBe(401);
  });

  test('closes when the Attempt ends, is released or gets a new token', async () => {
    await runner.succeed(one);
    expect(await statusOf(one.gitPath, one)).toBe(401);
    await runner.service.release(two);
    expect(await statusOf(two.gitPath, two)).toBe(401);
    const again = await runner.claimOne();
    expect(await statusOf(again.gitPath, again)).toBe(200);
    expect(await statusOf(again.gitPath, two)).toBe(401);
  });

  test('takes no push, also from who may fetch', async () => {
    expect(await statusOf(one.gitPath, one, 'git-receive-pack')).toBe(403);
    await using folder = await temporaryFolder();
    const { gitDir } = await checkOutInto(folder.path, one);
    const credentials = Buffer.from(`attempt-${one.attemptId}:${one.leaseToken}`).toString('base64');
    const push = [
      '-c',
      `http.extraHeader=Authorization: Basic ${credentials}`,
      'push',
      '--quiet',
      `${flotilla.url}${one.gitPath}`,
      `${one.baseRevision}:refs/heads/evil`,
    ];
    await expect(git(gitDir, push)).rejects.toThrow(/403|read-only/);
    const [repository] = await flotilla.api.repositories.list.query();
    const mirror = flotilla.service.mirrors.pathOf(repository?.id ?? 0);
    expect(await git(mirror, ['for-each-ref', '--format=%(refname)', 'refs/heads'])).toBe('refs/heads/main');
  });

  test('serves nothing but the two calls of a fetch', async () => {
    const credentials = Buffer.from(`attempt-${one.attemptId}:${one.leaseToken}`).toString('base64');
    for (const path of [
      '/HEAD',
      '/config',
      '/objects/info/packs',
      '/info/refs',
      '/git-receive-pack',
      '/../2.git/HEAD',
    ]) {
      const response = await fetch(`${flotilla.url}${one.gitPath}${path}`, {
        headers: { authorization: `Basic ${credentials}` },
      });
      expect([path, [401, 403, 404].includes(response.status)]).toEqual([path, true]);
    }
  });

  test('says what is wrong when a runner may not fetch', async () => {
    await using folder = await temporaryFolder();
    const stranger = { ...one, leaseToken: '00000000-0000-4000-8000-000000000000' };
    await expect(checkOutInto(folder.path, stranger)).rejects.toMatchObject({
      reason: 'git',
      message: expect.stringContaining(`Commit ${one.baseRevision} could not be fetched from the service: `),
    });
  });

  // The last one: it changes the repository that all use.
  test('gives the pinned commit also when its branch was pushed over', async () => {
    const source = join(flotilla.repositoriesFolder, 'one');
    await git(source, ['checkout', '--quiet', '--orphan', 'fresh']);
    await commitFiles(source, { 'other.txt': 'other\n' }, 'All new');
    await git(source, ['branch', '--force', 'main']);
    await flotilla.api.repositories.sync.mutate();
    await using folder = await temporaryFolder();
    const { workTree } = await checkOutInto(folder.path, one);
    expect(await git(workTree, ['ls-files'])).toBe('one.txt\nsub/run.sh');
  });
});

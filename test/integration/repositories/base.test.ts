import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkOut } from '../../../runner/src/git/checkout.ts';
import { ObjectCache } from '../../../runner/src/git/objectCache.ts';
import { startExecution } from '../../support/actionText.ts';
import { commitFiles, git, makeRepository } from '../../support/repositories.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import type { TestRunner } from '../../support/testRunner.ts';
import { testService, type TestService } from '../../support/testService.ts';

describe('the base of an Attempt', () => {
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

  /** What a runner gets that asks for the base of an Attempt with some token. */
  async function ask(attemptId: number, leaseToken: string, have: readonly string[] = []) {
    const query = have.length === 0 ? '' : `?have=${have.join(',')}`;
    const response = await fetch(`${flotilla.url}/attempts/${attemptId}/base${query}`, {
      headers: { authorization: `Bearer ${leaseToken}` },
    });
    const body = Buffer.from(await response.arrayBuffer());
    return { status: response.status, body };
  }

  async function statusOf({ attemptId, leaseToken }: Pick<ClaimedJob, 'attemptId' | 'leaseToken'>) {
    return (await ask(attemptId, leaseToken)).status;
  }

  async function checkOutInto(folder: string, job: ClaimedJob) {
    const attempt = join(folder, String(job.attemptId));
    await mkdir(attempt);
    return checkOut({
      cache: new ObjectCache(join(folder, 'objects'), 1024 ** 3, { debug: () => undefined }),
      repository: [flotilla.url, job.repositoryId ?? 0],
      folder: attempt,
      url: `${flotilla.url}/attempts/${job.attemptId}/base`,
      leaseToken: job.leaseToken,
      baseRevision: job.baseRevision,
      baseRef: job.baseRef,
      diskBytes: 1024 ** 3,
      makeWorkTree: () => mkdir(join(attempt, 'work')),
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

  test('opens to the lease token of its Attempt alone', async () => {
    expect(await statusOf(one)).toBe(200);
    expect(await statusOf({ attemptId: two.attemptId, leaseToken: one.leaseToken })).toBe(410);
    expect(await statusOf({ attemptId: 999_999, leaseToken: one.leaseToken })).toBe(410);
    expect(await statusOf({ attemptId: one.attemptId, leaseToken: 'x' })).toBe(401);
  });

  test('closes when the Attempt ends, is released or gets a new token', async () => {
    await runner.succeed(one);
    expect(await statusOf(one)).toBe(410);
    await runner.service.release(two);
    expect(await statusOf(two)).toBe(410);
    const again = await runner.claimOne();
    expect(await statusOf(again)).toBe(200);
    expect(await statusOf({ ...again, leaseToken: two.leaseToken })).toBe(410);
  });

  test('leaves out what the runner has, and sends all when it has what the mirror does not know', async () => {
    const { body: whole } = await ask(one.attemptId, one.leaseToken);
    const { body: rest } = await ask(one.attemptId, one.leaseToken, [one.baseRevision]);
    const { body: unknown } = await ask(one.attemptId, one.leaseToken, ['1'.repeat(40)]);
    // The count of objects stands in a pack's header.
    const [objects, none, all] = [whole, rest, unknown].map((pack) => pack.readUInt32BE(8));
    expect([objects, none, all]).toEqual([5, 0, 5]);
  });

  test.each(['x', '1'.repeat(39), Array.from({ length: 33 }, () => '1'.repeat(40)).join()])(
    'says what it takes when it is asked with %s',
    async (have) => {
      const { status, body } = await ask(one.attemptId, one.leaseToken, [have]);
      expect([status, body.toString()]).toEqual([400, expect.stringContaining('with at most 32 full ids')]);
    },
  );

  test('says so when the mirror does not have the commit', async () => {
    const gone = 'f'.repeat(40);
    const revision = flotilla.service.sql`update jobs set base_revision = ${gone} where id = ${one.jobId}`;
    await revision;
    const { status, body } = await ask(one.attemptId, one.leaseToken);
    expect([status, body.toString()]).toEqual([
      404,
      expect.stringContaining(`The mirror does not give commit ${gone}: `),
    ]);
  });

  test('says what is wrong when a runner may not fetch', async () => {
    await using folder = await temporaryFolder();
    const stranger = { ...one, leaseToken: '00000000-0000-4000-8000-000000000000' };
    await expect(checkOutInto(folder.path, stranger)).rejects.toMatchObject({
      reason: 'git',
      message: expect.stringContaining(`Commit ${one.baseRevision} could not be fetched from the service: `),
    });
  });

  // The last ones: they change the repository that all use.
  test('a runner that has a commit gets the next one by what is new in it', async () => {
    const source = join(flotilla.repositoriesFolder, 'one');
    await using folder = await temporaryFolder();
    using _first = await checkOutInto(folder.path, one);
    await commitFiles(source, { 'one.txt': 'one, changed\n', 'new.txt': 'new\n' }, 'Next');
    await flotilla.api.repositories.sync.mutate();
    await startExecution(flotilla.api);
    const next = (await runner.claim(2)).find(({ repository }) => repository === 'one');
    if (next === undefined) throw new Error('the Job of the changed repository was queued');
    using checkout = await checkOutInto(folder.path, next);
    expect(
      await git(checkout.workTree, [`--git-dir=${checkout.gitDir}`, '--work-tree=.', 'diff', '--stat']),
    ).toBe('');
    expect(await git(checkout.workTree, [`--git-dir=${checkout.gitDir}`, 'write-tree'])).toBe(
      await git(source, ['rev-parse', 'HEAD^{tree}']),
    );
    const cached = join(checkout.objectsFolder, '..');
    expect(await git(cached, ['count-objects', '-v'])).toMatch(/^in-pack: (8|9)$/m);
    await expect(git(cached, ['fsck', '--full', '--strict'])).resolves.toBe('');
  });

  test('gives the pinned commit also when its branch was pushed over', async () => {
    const source = join(flotilla.repositoriesFolder, 'one');
    await git(source, ['checkout', '--quiet', '--orphan', 'fresh']);
    await commitFiles(source, { 'other.txt': 'other\n' }, 'All new');
    await git(source, ['branch', '--force', 'main']);
    await flotilla.api.repositories.sync.mutate();
    await using folder = await temporaryFolder();
    const { workTree } = await checkOutInto(folder.path, one);
    expect(await git(workTree, ['ls-files'])).toBe('new.txt\none.txt\nsub/run.sh');
  });
});

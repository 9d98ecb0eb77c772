import { join } from 'node:path';
import { createPairingCode } from '../../../service/src/auth/pairing.ts';
import { ensureUser } from '../../../service/src/auth/tokens.ts';
import { startExecution } from '../actionText.ts';
import { keepHouse } from '../keepHouse.ts';
import { patchOf } from '../patches.ts';
import { git, makeRepository } from '../repositories.ts';
import { sha256, type TestRunner } from '../testRunner.ts';
import type { TestService } from '../testService.ts';
import { testActor } from '../tokens.ts';
import { waitFor } from '../waitFor.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

/** The repositories of {@link makeRows}. */
export async function makeUpgradeRepositories(folder: string): Promise<void> {
  for (const name of ['one', 'two', 'team/three']) {
    await makeRepository(join(folder, name), {
      files: { 'README.md': `${name}\n`, 'ünï "code"': 'odd\n', 'logo.png': Buffer.from([0, 1, 2, 3]) },
    });
  }
  await git(folder, ['init', '--quiet', 'empty']);
}

/**
 * Makes rows of every kind by what people and Runners do: nothing is written by SQL but what takes days otherwise. For a
 * service that {@link makeUpgradeRepositories} has made the repositories of, and that removes Executions after ten days.
 */
export async function makeRows(flotilla: TestService): Promise<void> {
  const { api, service } = flotilla;
  const { sql } = service;
  const grace = await ensureUser(sql, testActor, 'Grace', 'admin');
  await createPairingCode(sql, testActor, grace.id);
  await flotilla.createUserToken('Rita', 'reader');
  await sql`update access_tokens set revoked_at = now() where label = 'Rita'`;

  await using runner = await flotilla.connectRunner({ name: 'runner-one', labels: ['gpu'] });

  // Removed, with all that belonged to it: what editors are still told of.
  const removed = await startExecution(api, { name: 'removed', scopeQuery: 'repo:^one$' });
  await succeed(flotilla, runner, 'one');
  await sealed(flotilla, 1);
  await sql`update executions set created_at = created_at - interval '11 days' where id = ${removed.id}`;
  await sql`update jobs set ended_at = ended_at - interval '11 days'`;
  await keepHouse(flotilla);

  // Ended in every way, one of them tried again and looked through by a reviewer, its log compacted.
  await startExecution(api, { name: 'bump', description: 'Bumps' });
  const ended = await startExecution(api, { name: 'bump', description: 'Bumps it', image: 'debian:12' });
  await succeed(flotilla, runner, 'one');
  await fail(runner);
  await runner.finish(await runner.claimOne(), {
    kind: 'errored',
    reason: 'git',
    step: null,
    message: 'no space left',
  });
  await sealed(flotilla, 2);
  const [first] = await api.executions.list.query({ limit: 1 });
  if (first === undefined) throw new Error('there is no Execution');
  const before = (await api.executions.list.query({})).find(({ id }) => id === ended.id - 1);
  if (before === undefined) throw new Error('the first Execution is gone');
  const jobs = await listJobs(api, before.id);
  for (const job of jobs) {
    if (job.state === 'failed')
      await api.jobs.rerun.mutate({ jobId: job.id, requestKey: crypto.randomUUID() });
    if (job.patch === null) continue;
    await api.jobs.setIncluded.mutate({ jobId: job.id, path: 'new', included: false });
    await api.jobs.setIncluded.mutate({ jobId: job.id, path: null, included: false });
  }
  await fail(runner);
  await succeed(flotilla, runner, undefined);
  await keepHouse(flotilla);

  // One that runs, with a log that has not been sealed, beside queued ones; one that is paused; one that was cancelled.
  const waiting = await startExecution(api, {
    name: 'wait',
    maxParallel: 1,
    priority: -1,
    requires: ['gpu'],
  });
  // What is left of the Action before it, which comes first.
  const running = await runner.claimOne();
  await runner.writeLog(running, 'still here');
  await sql`insert into execution_images (execution_id, image, digest)
            values (${waiting.id}, 'debian:12', ${`sha256:${'a'.repeat(64)}`})`;
  const paused = await startExecution(api, { name: 'pause', scopeQuery: 'repo:one', maxFailures: 2 });
  await api.executions.pause.mutate({ executionId: paused.id });
  const cancelled = await startExecution(api, { name: 'cancel', scopeQuery: 'repo:two' });
  await api.executions.cancel.mutate({ executionId: cancelled.id });

  await using other = await flotilla.connectRunner({ name: 'runner-two' });
  await api.runners.drain.mutate({ runnerId: other.hello.runnerId, drain: true });
  // Whoever reads this does so long after leases and back-offs.
  await sql`update attempts set lease_expires_at = 'infinity', deadline_at = 'infinity' where ended_at is null`;
  await sql`update jobs set not_before = 'infinity' where not_before is not null`;
}

async function succeed(flotilla: TestService, runner: TestRunner, repository?: string): Promise<void> {
  const job = await runner.claimOne();
  const log = await runner.writeLog(job, 'hello');
  const streams = [{ step: 0, descriptor: 1 as const, bytes: 6, sha256: sha256('hello\n') }];
  const more = { logLength: log.length, streams };
  if (repository === undefined) {
    await runner.finish(job, { kind: 'succeeded' }, more);
    return;
  }
  const patch = await patchOf(join(flotilla.repositoriesFolder, job.repository), {
    write: { new: 'new\n', 'logo.png': Buffer.from([0, 9, 9]) },
    move: [['README.md', 'READ ME']],
  });
  await runner.append(job, 'patch', 0, patch.bytes);
  const { bytes, tree } = patch;
  await runner.finish(
    job,
    { kind: 'succeeded' },
    { ...more, patch: { length: bytes.length, sha256: sha256(bytes), tree } },
  );
}

async function fail(runner: TestRunner): Promise<void> {
  const job = await runner.claimOne();
  const log = await runner.writeLog(job, 'it failed');
  await runner.finish(
    job,
    { kind: 'failed', step: 0, exitCode: 3, lastLine: 'it failed', outOfMemory: false, outOfDisk: false },
    {
      logLength: log.length,
      streams: [{ step: 0, descriptor: 1, bytes: 10, sha256: sha256('it failed\n') }],
      steps: [
        {
          index: 0,
          state: 'failed',
          imageDigest: `sha256:${'a'.repeat(64)}`,
          startedAt: Date.now(),
          endedAt: Date.now(),
          exitCode: 3,
        },
      ],
    },
  );
}

async function sealed({ service: { sql } }: TestService, count: number): Promise<void> {
  await waitFor('the logs to be sealed', async () => {
    const rows = await sql`select from attempts where log_sealed_at is not null`;
    return rows.length >= count;
  });
}

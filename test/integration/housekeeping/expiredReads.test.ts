import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { keepHouse, objectsOf } from '../../support/keepHouse.ts';
import { patchOf } from '../../support/patches.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { sha256 } from '../../support/testRunner.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';

const open = () =>
  testService({
    repositories: (folder) => makeRepositories(folder, ['one']),
    config: { housekeepingMs: 3_600_000, keepLogsDays: 10, keepPatchesDays: 20 },
  });

interface Ended {
  readonly attemptId: number;
  readonly jobId: number;
  readonly patch: Uint8Array;
}

/** Runs a Job that writes a log and a Patch, and waits until the log is sealed. */
async function endSealed(flotilla: TestService): Promise<Ended> {
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  const log = await runner.writeLog(job, 'hello');
  const { bytes, tree } = await patchOf(join(flotilla.repositoriesFolder, 'one'), {
    write: { 'new.txt': 'new\n' },
  });
  await runner.append(job, 'patch', 0, bytes);
  await runner.finish(
    job,
    { kind: 'succeeded' },
    {
      logLength: log.length,
      streams: [{ step: 0, descriptor: 1, bytes: 6, sha256: sha256('hello\n') }],
      patch: { length: bytes.length, sha256: sha256(bytes), tree },
    },
  );
  await waitFor('the log to be sealed', async () => {
    const sealed = await flotilla.service.sql`select from attempts where log_sealed_at is not null`;
    return sealed.length === 1;
  });
  return { attemptId: job.attemptId, jobId: job.jobId, patch: bytes };
}

const readPatch = ({ url, userToken }: TestService, attemptId: number) =>
  fetch(`${url}/attempts/${attemptId}/patch`, { headers: { authorization: `Bearer ${userToken}` } });

/** Lets so many days pass for the Attempts, and one round of housekeeping. */
async function pass(flotilla: TestService, days: number): Promise<void> {
  await flotilla.service.sql`update attempts set ended_at = ended_at - make_interval(days => ${days})`;
  await keepHouse(flotilla);
}

test('a Patch is read from the object store as it was sent, until it expires; then the answer is one sentence', async () => {
  await using flotilla = await open();
  const { attemptId, jobId, patch } = await endSealed(flotilla);
  await pass(flotilla, 0);
  expect(await flotilla.service.sql`select from stream_chunks`).toHaveLength(0);
  const stored = await readPatch(flotilla, attemptId);
  expect(Buffer.from(await stored.arrayBuffer()).equals(patch)).toBe(true);
  await pass(flotilla, 15);
  expect((await readPatch(flotilla, attemptId)).status).toBe(200);
  await pass(flotilla, 6);
  expect(await objectsOf(flotilla)).toEqual([]);
  const expired = await readPatch(flotilla, attemptId);
  expect(expired.status).toBe(404);
  expect(await expired.json()).toMatchObject({
    message: expect.stringMatching(
      /^The patch of attempt \d+ was deleted on \d{4}-\d\d-\d\d: the service keeps them only for a while \(FLOTILLA_KEEP_PATCHES_DAYS\)\.$/,
    ),
  });
  // What it makes of the base is still reviewed.
  expect(await flotilla.api.jobs.changedFiles.query({ jobId })).toHaveLength(1);
});

test('who follows a log that has expired is refused with one sentence, which the editor knows as final', async () => {
  await using flotilla = await open();
  const { attemptId } = await endSealed(flotilla);
  await pass(flotilla, 11);
  const failures: unknown[] = [];
  const subscription = flotilla.api.logs.tail.subscribe(
    { attemptId, offset: 0 },
    { onError: (error) => failures.push(error) },
  );
  await waitFor('the refusal', () => failures.length > 0);
  subscription.unsubscribe();
  const [refusal] = failures;
  expect(refusal).toMatchObject({
    data: { code: 'NOT_FOUND', flotilla: { code: 'notFound' } },
    message: expect.stringMatching(
      /^The log of attempt \d+ was deleted on .+ \(FLOTILLA_KEEP_LOGS_DAYS\)\.$/,
    ),
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compactStream, keyOf } from '../../../service/src/logs/compactStream.ts';
import { fileObjects } from '../../../service/src/objects/fileObjects.ts';
import { startExecution } from '../../support/actionText.ts';
import { followLog } from '../../support/followedLog.ts';
import { keepHouse, objectsOf } from '../../support/keepHouse.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { sha256 } from '../../support/testRunner.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';

/** Lines enough for several blocks of an object, and several reads. */
const lines = Array.from(
  { length: 20_000 },
  (_, number) => `line ${number}: ${(number * 7919) % 1000} files done`,
);

interface Ended {
  readonly attemptId: number;
  readonly log: Uint8Array;
}

/** A service whose housekeeping a test does by hand. */
const open = (config: TestServiceOptionsConfig = {}) =>
  testService({
    repositories: (folder) => makeRepositories(folder, ['one']),
    config: { housekeepingMs: 3_600_000, ...config },
  });
type TestServiceOptionsConfig = NonNullable<NonNullable<Parameters<typeof testService>[0]>['config']>;

/** Runs a Job with a log, and waits until that is sealed. */
async function endSealed(flotilla: TestService): Promise<Ended> {
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  const log = await runner.writeLog(job, ...lines);
  const text = lines.map((line) => `${line}\n`).join('');
  const streams = [{ step: 0, descriptor: 1, bytes: Buffer.byteLength(text), sha256: sha256(text) } as const];
  await runner.finish(job, { kind: 'succeeded' }, { logLength: log.length, streams: [...streams] });
  await waitFor('the log to be sealed', async () => {
    const [row] = await flotilla.service.sql`
      select from attempts where id = ${job.attemptId} and log_sealed_at is not null`;
    return row !== undefined;
  });
  return { attemptId: job.attemptId, log };
}

const objectPath = ({ service }: TestService, attemptId: number) =>
  join(service.config.sharedFolder, 'objects', keyOf(attemptId, 'log'));

async function chunksOf({ service: { sql } }: TestService): Promise<number> {
  const [row] = await sql<{ chunks: number }[]>`select count(*)::int as chunks from stream_chunks`;
  return row?.chunks ?? 0;
}

async function readAll({ api }: TestService, attemptId: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let offset = 0; ;) {
    const { data } = await api.logs.read.query({ attemptId, offset, limit: 300_000 });
    const bytes = Buffer.from(data, 'base64');
    if (bytes.length === 0) return Buffer.concat(parts);
    parts.push(bytes);
    offset += bytes.length;
  }
}

test('a replica that compacts a log whose chunks another one has deleted meanwhile replaces no object', async () => {
  await using flotilla = await open();
  const { attemptId, log } = await endSealed(flotilla);
  await keepHouse(flotilla);
  expect(await chunksOf(flotilla)).toBe(0);
  const { sql, config } = flotilla.service;
  const objects = fileObjects(join(config.sharedFolder, 'objects'));
  await expect(compactStream(sql, objects, attemptId, 'log', log.length)).rejects.toThrow(
    `the table has 0 of the ${log.length} bytes of a stream`,
  );
  expect(await readAll(flotilla, attemptId)).toEqual(Buffer.from(log));
});

test('a sealed log moves to the object store, takes a quarter of its bytes at most, and reads the same', async () => {
  await using flotilla = await open();
  const { attemptId, log } = await endSealed(flotilla);
  await keepHouse(flotilla);
  expect(await chunksOf(flotilla)).toBe(0);
  expect((await readFile(objectPath(flotilla, attemptId))).length / log.length).toBeLessThan(0.25);
  expect((await readAll(flotilla, attemptId)).equals(log)).toBe(true);
  const { data } = await flotilla.api.logs.read.query({ attemptId, offset: 400_001, limit: 10 });
  expect(Buffer.from(data, 'base64').equals(log.subarray(400_001, 400_011))).toBe(true);
  using followed = followLog({ api: flotilla.api } as never, attemptId);
  await waitFor('the log to be followed to its end', () => followed.ended);
  expect([followed.length, followed.faults]).toEqual([log.length, []]);
});

test('who reads while a log is compacted reads the same bytes', async () => {
  await using flotilla = await open();
  const { attemptId, log } = await endSealed(flotilla);
  const compacted = keepHouse(flotilla);
  let reads = 0;
  const readUntilDone = async () => {
    const done = compacted.then(() => true);
    // One that is under way loses against the value beside it.
    while (!(await Promise.race([done, Promise.resolve(false)]))) {
      expect((await readAll(flotilla, attemptId)).equals(log)).toBe(true);
      reads += 1;
    }
  };
  await Promise.all([readUntilDone(), readUntilDone(), compacted]);
  expect(reads).toBeGreaterThan(0);
  expect(await chunksOf(flotilla)).toBe(0);
});

test('compaction that was killed at any point is done again', async () => {
  await using flotilla = await open();
  const { sql } = flotilla.service;
  const { attemptId, log } = await endSealed(flotilla);
  await sql`create table kept as select * from stream_chunks`;
  await keepHouse(flotilla);
  // As after a kill before the row said where the log is, with an object that is not whole.
  await sql`insert into stream_chunks select * from kept`;
  await sql`update attempts set log_object = null, patch_object = null, deletion_due = false`;
  await writeFile(objectPath(flotilla, attemptId), 'half');
  await keepHouse(flotilla);
  expect(await chunksOf(flotilla)).toBe(0);
  // As after a kill while the chunks were deleted.
  await sql`insert into stream_chunks select * from kept order by "offset" limit 2`;
  await sql`update attempts set deletion_due = true`;
  await keepHouse(flotilla);
  expect(await chunksOf(flotilla)).toBe(0);
  await using later = await testService({
    database: flotilla.database,
    dataFolder: flotilla.service.config.dataFolder,
    repositoriesFolder: flotilla.repositoriesFolder,
  });
  expect((await readAll(later, attemptId)).equals(log)).toBe(true);
});

test('a log whose object would differ stays in the table', async () => {
  await using flotilla = await open();
  const { sql } = flotilla.service;
  const { attemptId } = await endSealed(flotilla);
  await sql`
    delete from stream_chunks where "offset" = (select max("offset") from stream_chunks where attempt_id = ${attemptId})`;
  const chunks = await chunksOf(flotilla);
  await keepHouse(flotilla);
  expect(await chunksOf(flotilla)).toBe(chunks);
  expect(await sql`select log_object from attempts`).toEqual([{ log_object: null }]);
});

test('a log that was kept long enough is deleted, and who asks for it is told so', async () => {
  await using flotilla = await open({ keepLogsDays: 90 });
  const { sql } = flotilla.service;
  const { attemptId } = await endSealed(flotilla);
  await sql`update attempts set ended_at = now() - interval '89 days'`;
  await keepHouse(flotilla);
  expect((await readAll(flotilla, attemptId)).length).toBeGreaterThan(0);
  await sql`update attempts set ended_at = now() - interval '91 days'`;
  await keepHouse(flotilla);
  expect(await objectsOf(flotilla)).toEqual([]);
  const refusal = await refusalOfCall(flotilla.api.logs.read.query({ attemptId, offset: 0, limit: 10 }));
  expect(refusal.flotilla).toBe('notFound');
  expect(refusal.message).toMatch(
    /^The log of attempt \d+ was deleted on \d{4}-\d\d-\d\d: the service keeps them only for a while \(FLOTILLA_KEEP_LOGS_DAYS\)\.$/,
  );
});

test('without a number of days a log is kept for ever', async () => {
  await using flotilla = await open({ keepLogsDays: 0 });
  const { sql } = flotilla.service;
  const { attemptId, log } = await endSealed(flotilla);
  await sql`update attempts set ended_at = now() - interval '10 years'`;
  await keepHouse(flotilla);
  expect((await readAll(flotilla, attemptId)).equals(log)).toBe(true);
});

test('an Attempt that wrote nothing reads as empty after its compaction', async () => {
  await using flotilla = await open();
  const { api, service, url, userToken } = flotilla;
  await startExecution(api);
  const runner = await flotilla.connectRunner();
  const { attemptId, leaseToken } = await runner.claimOne();
  await runner.service.surrender({ attemptId, leaseToken });
  await waitFor('the log to be sealed', async () => {
    const sealed = await service.sql`select from attempts where log_sealed_at is not null`;
    return sealed.length === 1;
  });
  await keepHouse(flotilla);
  expect(await service.sql`select log_object, patch_object from attempts`).toEqual([
    { log_object: 'none', patch_object: 'none' },
  ]);
  expect(await api.logs.read.query({ attemptId, offset: 0, limit: 10 })).toEqual({ data: '', end: 0 });
  const patch = await fetch(`${url}/attempts/${attemptId}/patch`, {
    headers: { authorization: `Bearer ${userToken}` },
  });
  expect([patch.status, await patch.text()]).toEqual([200, '']);
  using followed = followLog({ api } as never, attemptId);
  await waitFor('the log to be followed to its end', () => followed.ended);
  expect([followed.length, followed.faults]).toEqual([0, []]);
});

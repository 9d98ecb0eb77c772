import { encodeFrame, maxFrameDataBytes } from '@flotilla/shared/logs/frame';
import type { StreamHash } from '@flotilla/shared/protocol/runnerMessages';
import { expect, test } from 'vitest';
import type { Sql } from '../../../service/src/db/database.ts';
import { Hints } from '../../../service/src/db/hints.ts';
import { sealLogs } from '../../../service/src/logs/sealLogs.ts';
import { createLogger } from '../../../service/src/telemetry/logger.ts';
import { startExecution } from '../../support/actionText.ts';
import { keepHouse } from '../../support/keepHouse.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { frameOf, logOf, sha256, type TestRunner } from '../../support/testRunner.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';

const serviceWithJobs = (jobs: number) =>
  testService({
    repositories: (folder) =>
      makeRepositories(
        folder,
        Array.from({ length: jobs }, (_, index) => `service-${index}`),
      ),
  });

/** Runs one Job whose log is these bytes, of which the Runner says that they are these streams. */
async function endWithLog(
  runner: TestRunner,
  log: Uint8Array,
  streams: readonly StreamHash[],
  beforeEnd?: (attemptId: number) => Promise<unknown>,
): Promise<number> {
  const job = await runner.claimOne();
  await runner.append(job, 'log', 0, log);
  await beforeEnd?.(job.attemptId);
  expect(
    await runner.finish(job, { kind: 'succeeded' }, { logLength: log.length, streams: [...streams] }),
  ).toEqual({ result: 'done' });
  return job.attemptId;
}

/** Waits until a log has been judged; its damage, or null when it was sealed. */
const judged = ({ service: { sql } }: TestService, attemptId: number) =>
  waitFor(`the log of Attempt ${attemptId} to be judged`, async () => {
    const [row] = await sql<{ sealed: boolean; damage: string | null }[]>`
      select log_sealed_at is not null as sealed, log_damage as damage from attempts where id = ${attemptId}`;
    return row?.sealed === true || row?.damage != null ? { damage: row.damage } : undefined;
  });

const stdout = (data: string): StreamHash => ({
  step: 0,
  descriptor: 1,
  bytes: Buffer.byteLength(data),
  sha256: sha256(data),
});

test('a log that is what its Runner wrote is sealed', async () => {
  await using flotilla = await serviceWithJobs(1);
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const attemptId = await endWithLog(runner, logOf('one'), [stdout('one\n')]);
  expect(await judged(flotilla, attemptId)).toEqual({ damage: null });
});

test('a damaged log is said to be damaged, and holds up no other', async () => {
  await using flotilla = await serviceWithJobs(6);
  const { sql } = flotilla.service;
  await startExecution(flotilla.api);
  const runner = await flotilla.connectRunner();
  const unknownDescriptor = logOf('one');
  unknownDescriptor[0] = 7;
  const falseLength = encodeFrame({ step: 0, descriptor: 1, time: 0, data: Buffer.from('one\n') });
  new DataView(falseLength.buffer).setUint32(4, maxFrameDataBytes + 1, true);
  const announced = [stdout('one\n')];
  const attempts = [
    await endWithLog(runner, unknownDescriptor, announced),
    await endWithLog(runner, falseLength, announced),
    await endWithLog(
      runner,
      logOf('one'),
      announced,
      // As a store that lost a chunk in the middle would look.
      (id) => sql`
        with behind as (
          insert into stream_chunks
          select attempt_id, stream, 7, substr(data, 8) from stream_chunks where attempt_id = ${id})
        update stream_chunks set data = substr(data, 1, 5) where attempt_id = ${id}`,
    ),
    await endWithLog(runner, logOf('one').subarray(0, 17), announced),
    await endWithLog(
      runner,
      Buffer.concat([frameOf(Buffer.from('one\n')), frameOf(Buffer.from('?'), 2)]),
      announced,
    ),
    await endWithLog(runner, logOf('one'), announced),
  ];
  const damages = [];
  for (const attemptId of attempts) damages.push((await judged(flotilla, attemptId)).damage);
  expect(damages).toEqual([
    'A log frame names descriptor 7; the log is damaged or was read from the wrong offset.',
    'A log frame says that it has 1048577 bytes; the log is damaged or was read from the wrong offset.',
    'chunks of a stream leave a gap at offset 5',
    'the log ends inside a record',
    'step 0, descriptor 2: 1 bytes stored, none written',
    null,
  ]);
});

/** A client whose reads of chunks wait until they are let go; `reading` says that one has come. */
function heldReads(sql: Sql) {
  const letGo = Promise.withResolvers<void>();
  const held = { reading: false, letGo: () => letGo.resolve() };
  const call = (...args: Parameters<Sql>) => {
    const [text] = args as unknown as [unknown];
    if (!Array.isArray(text) || !text.join('').includes('from stream_chunks')) return sql(...args);
    held.reading = true;
    return letGo.promise.then(() => sql(...args));
  };
  return { held, sql: Object.assign(call, sql) as unknown as Sql };
}

test('a replica that reads a log whose bytes another one has sealed and moved meanwhile raises no alarm', async () => {
  await using flotilla = await serviceWithJobs(1);
  const { service } = flotilla;
  await startExecution(flotilla.api);
  const attemptId = await endWithLog(await flotilla.connectRunner(), logOf('one'), [stdout('one\n')]);
  expect(await judged(flotilla, attemptId)).toEqual({ damage: null });

  const { held, sql } = heldReads(service.sql);
  const alarms: unknown[] = [];
  const logger = { error: (alarm: unknown) => alarms.push(alarm), warn: () => undefined };
  using hints = new Hints(service.sql, createLogger('silent'));
  const over = new AbortController();
  const second = sealLogs({ sql, hints, logger }, over.signal);
  // The first replica may be quicker: then once more.
  await waitFor('the second replica to have the log in its hands', async () => {
    if (!held.reading) await service.sql`update attempts set log_sealed_at = null`;
    hints.wake('seal');
    return held.reading;
  });
  service.hints.wake('seal');
  expect(await judged(flotilla, attemptId)).toEqual({ damage: null });
  await keepHouse(flotilla);
  expect(await service.sql`select from stream_chunks`).toHaveLength(0);
  held.letGo();
  over.abort();
  await second;
  expect(alarms).toEqual([]);
  expect(await judged(flotilla, attemptId)).toEqual({ damage: null });
});

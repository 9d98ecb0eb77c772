import { streams, type StreamName } from '@flotilla/shared/protocol/streams';
import type { Sql } from '../db/database.ts';
import { keyOf } from '../logs/compactStream.ts';
import type { ObjectStore } from '../objects/objectStore.ts';

/** Rows of one delete: at most 32 MiB, so that no statement runs long. */
const chunksAtOnce = 512;
const batchSize = 100;

interface Due {
  readonly id: string;
  readonly log_object: string | null;
  readonly patch_object: string | null;
  readonly expired_at: Date | null;
  readonly patch_expired_at: Date | null;
}

/**
 * Deletes the bytes that Attempts no longer need: chunks of streams that are in the object store, and all of what has
 * expired. Doing so again changes nothing, so that it may be killed at any point; the Attempt's row stays due until
 * all is gone.
 */
export async function deleteBytes(sql: Sql, objects: ObjectStore, signal: AbortSignal): Promise<void> {
  for (let after = 0; ;) {
    const due = await sql<Due[]>`
      select id, log_object, patch_object, expired_at, patch_expired_at from attempts
       where deletion_due and id > ${after} order by id limit ${batchSize}`;
    for (const row of due) {
      if (signal.aborted) return;
      const attemptId = Number(row.id);
      after = attemptId;
      await deleteStream(sql, objects, attemptId, 'log', row.log_object, row.expired_at);
      await deleteStream(sql, objects, attemptId, 'patch', row.patch_object, row.patch_expired_at);
      await sql`
        update attempts set deletion_due = false
         where id = ${attemptId} and log_object is not distinct from ${row.log_object}
           and patch_object is not distinct from ${row.patch_object}
           and (expired_at is null) = ${row.expired_at === null}
           and (patch_expired_at is null) = ${row.patch_expired_at === null}`;
    }
    if (due.length < batchSize) return;
  }
}

async function deleteStream(
  sql: Sql,
  objects: ObjectStore,
  attemptId: number,
  stream: StreamName,
  object: string | null,
  expiredAt: Date | null,
): Promise<void> {
  if (object === null && expiredAt === null) return;
  await deleteChunks(sql, attemptId, stream);
  // By its name, so that an object whose row was never written is found as well.
  if (expiredAt !== null) await objects.remove(keyOf(attemptId, stream));
}

/** Deletes the bytes of a stream from the table, in statements of a bounded size. */
export async function deleteChunks(sql: Sql, attemptId: number, stream: StreamName): Promise<void> {
  for (;;) {
    const deleted = await sql`
      delete from stream_chunks
       where attempt_id = ${attemptId} and stream = ${streams[stream]} and "offset" in (
         select "offset" from stream_chunks where attempt_id = ${attemptId} and stream = ${streams[stream]}
          order by "offset" limit ${chunksAtOnce})`;
    if (deleted.count < chunksAtOnce) return;
  }
}

import type { Logger } from 'pino';
import type { Sql } from '../db/database.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { compactStream } from '../logs/compactStream.ts';
import type { ObjectStore } from '../objects/objectStore.ts';

/** Stands for the object of a stream without bytes: nobody reads it. */
const nothingStored = 'none';
const batchSize = 50;

/**
 * Moves sealed logs, and the Patches of their Attempts, from the table to the object store. The rows say so when the
 * objects are whole, durable and read back; their chunks are deleted afterwards. Killed at any point, the next round
 * writes the same object again. A log that cannot be moved stays where it is, is logged, and holds up no other.
 */
export async function compactLogs(
  context: { readonly sql: Sql; readonly objects: ObjectStore; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  const { sql, objects, logger } = context;
  for (let after = 0; ;) {
    const sealed = await sql<{ id: string; log_end: string; patch_end: string }[]>`
      select id, log_end, case when patch_expired_at is null then patch_end else 0 end as patch_end from attempts
       where log_sealed_at is not null and log_object is null and expired_at is null and id > ${after}
       order by id limit ${batchSize}`;
    for (const row of sealed) {
      if (signal.aborted) return;
      const attemptId = Number(row.id);
      after = attemptId;
      try {
        const [log, patch] = [Number(row.log_end), Number(row.patch_end)];
        const logKey = log === 0 ? nothingStored : await compactStream(sql, objects, attemptId, 'log', log);
        const patchKey =
          patch === 0 ? nothingStored : await compactStream(sql, objects, attemptId, 'patch', patch);
        await sql`
          update attempts set log_object = ${logKey}, patch_object = ${patchKey}, deletion_due = true
           where id = ${attemptId} and log_object is null and expired_at is null`;
      } catch (error) {
        if (isTransientDatabaseError(error)) throw error;
        logger.error({ err: error, attemptId }, 'a log could not be compacted; it stays in the database');
      }
    }
    if (sealed.length < batchSize) return;
  }
}

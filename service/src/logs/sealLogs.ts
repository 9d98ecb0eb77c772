import type { StreamHash } from '@flotilla/shared/protocol/runnerMessages';
import type { Logger } from 'pino';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { findDamage } from './findDamage.ts';

/** A crash between an end and its sealing is found this much later. */
const pollMs = 10_000;
const batchSize = 20;

/**
 * Reads ended logs back and compares every step and descriptor with the hash its Runner took while writing. An equal
 * log is sealed; a difference is recorded and logged as an error, never silence.
 */
export async function sealLogs(
  context: { readonly sql: Sql; readonly hints: Hints; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  const { sql, hints, logger } = context;
  using listener = hints.listen('seal');
  while (!signal.aborted) {
    try {
      while (await sealBatch(sql, logger, signal)) if (signal.aborted) return;
    } catch (error) {
      if (!isTransientDatabaseError(error)) throw error;
      logger.warn({ err: error }, 'logs could not be sealed yet; trying again');
    }
    await listener.next(pollMs, signal);
  }
}

/** Seals some logs; whether there may be more. */
async function sealBatch(sql: Sql, logger: Logger, signal: AbortSignal): Promise<boolean> {
  const ended = await sql<{ id: string; log_streams: readonly StreamHash[] | null }[]>`
    select id, log_streams from attempts
     where ended_at is not null and log_sealed_at is null and log_damage is null order by id limit ${batchSize}`;
  for (const { id, log_streams: streams } of ended) {
    if (signal.aborted) return false;
    const attemptId = Number(id);
    const damage = await findDamage(sql, attemptId, streams);
    if (damage !== null) logger.error({ attemptId, damage }, 'a stored log is not what its runner wrote');
    await sql`
      update attempts set log_sealed_at = case when ${damage}::text is null then now() end, log_damage = ${damage},
             changed_xid = (pg_current_xact_id()::text)::bigint
       where id = ${attemptId}`;
  }
  return ended.length === batchSize;
}

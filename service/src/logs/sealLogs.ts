import type { StreamHash } from '@flotilla/shared/protocol/runnerMessages';
import type { Logger } from 'pino';
import type { Sql } from '../db/database.ts';
import { changedNow } from '../db/changedNow.ts';
import type { Hints } from '../db/hints.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { findDamage } from './findDamage.ts';

/** A crash between an end and its sealing is found this much later. */
const pollMs = 10_000;
const batchSize = 20;

type SealLogger = Pick<Logger, 'error' | 'warn'>;

/**
 * Reads ended logs back and compares every step and descriptor with the hash its Runner took while writing. An equal
 * log is sealed; a difference is recorded and logged as an error, never silence. The replica that ended an Attempt is
 * woken for it; the others look now and then, for what one has left behind.
 */
export async function sealLogs(
  context: { readonly sql: Sql; readonly hints: Hints; readonly logger: SealLogger },
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

/**
 * Seals some logs; whether there may be more. Another replica may seal one meanwhile, and its bytes may be moved: what
 * was read then says nothing, so only the first judgement counts.
 */
async function sealBatch(sql: Sql, logger: SealLogger, signal: AbortSignal): Promise<boolean> {
  const unjudged = sql`log_sealed_at is null and log_damage is null and expired_at is null`;
  const ended = await sql<{ id: string }[]>`
    select id from attempts where ended_at is not null and ${unjudged} order by id limit ${batchSize}`;
  for (const { id } of ended) {
    if (signal.aborted) return false;
    const attemptId = Number(id);
    const [attempt] = await sql<{ log_streams: readonly StreamHash[] | null }[]>`
      select log_streams from attempts where id = ${attemptId} and ${unjudged}`;
    if (attempt === undefined) continue;
    const damage = await findDamage(sql, attemptId, attempt.log_streams);
    const judged = await sql`
      update attempts set log_sealed_at = case when ${damage}::text is null then now() end, log_damage = ${damage},
             ${changedNow(sql)}
       where id = ${attemptId} and ${unjudged} returning id`;
    if (damage !== null && judged.length > 0)
      logger.error({ attemptId, damage }, 'a stored log is not what its runner wrote');
  }
  return ended.length === batchSize;
}

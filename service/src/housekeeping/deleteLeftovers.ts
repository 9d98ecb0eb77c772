import { streams, type StreamName } from '@flotilla/shared/protocol/streams';
import type { Leftovers } from '../db/schema/removedExecutions.ts';
import { keyOf } from '../logs/compactStream.ts';
import { deleteChunks } from './deleteBytes.ts';
import type { HousekeepingContext } from './housekeepingContext.ts';
import { isOfDisk } from './isOfDisk.ts';

/** How long editors that were away can still hear of a removed Execution; then they list anew anyway. */
const toldDays = 7;

/**
 * Deletes what the Attempts of removed Executions left outside of their rows: bytes in the table and the object store,
 * and the refs that keep their trees. Doing so again changes nothing, so that it may be killed at any point. A mirror whose
 * trees cannot be let go of stops no other; the next round tries again.
 */
export async function deleteLeftovers(
  { sql, objects, mirrors, logger }: Pick<HousekeepingContext, 'sql' | 'objects' | 'mirrors' | 'logger'>,
  signal: AbortSignal,
): Promise<void> {
  for (let after = 0; !signal.aborted;) {
    const [row] = await sql<{ id: string; leftovers: Leftovers }[]>`
      select execution_id as id, leftovers from removed_executions
       where leftovers is not null and jsonb_array_length(leftovers -> 'attempts') > 0 and execution_id > ${after}
       order by execution_id limit 1`;
    if (row === undefined) break;
    after = Number(row.id);
    for (const [, attemptId] of row.leftovers.attempts) {
      if (signal.aborted) return;
      for (const stream of Object.keys(streams) as StreamName[]) {
        await deleteChunks(sql, attemptId, stream);
        await objects.remove(keyOf(attemptId, stream));
      }
    }
    const planned = await plannedAttempts(
      sql,
      row.leftovers.attempts.map(([, attemptId]) => attemptId),
    );
    const left: Leftovers['attempts'][number][] = [];
    for (const [repositoryId, attempts] of Map.groupBy(row.leftovers.attempts, ([id]) => id)) {
      // An Execution and its Plan may both have left one.
      const attemptIds = new Set(attempts.map(([, attemptId]) => attemptId).filter((id) => !planned.has(id)));
      try {
        await mirrors.removeTrees(repositoryId, [...attemptIds]);
      } catch (error) {
        if (!isOfDisk(error)) throw error;
        logger.warn({ err: error, repositoryId }, 'trees of removed Executions could not be let go of');
        left.push(...attempts);
      }
    }
    await sql`
      update removed_executions set leftovers = jsonb_set(leftovers, '{attempts}', ${sql.json(left)})
       where execution_id = ${after} and leftovers is not null`;
  }
  await sql`
    delete from removed_executions
     where leftovers is null and removed_at < now() - make_interval(days => ${toldDays})`;
}

/** Those whose trees a Plan still publishes, or may. */
async function plannedAttempts(
  sql: HousekeepingContext['sql'],
  attemptIds: readonly number[],
): Promise<ReadonlySet<number>> {
  const rows = await sql<{ id: number }[]>`
    select distinct attempt_id::float8 as id from plan_items
     where attempt_id in (select value::bigint from jsonb_array_elements_text(${sql.json([...attemptIds])}))`;
  return new Set(rows.map(({ id }) => id));
}

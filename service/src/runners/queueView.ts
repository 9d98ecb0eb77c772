import type { QueueView } from '@flotilla/shared/views';
import type { Config } from '../config.ts';
import type { Sql } from '../db/database.ts';
import { selectQueue } from './queries/selectQueue.ts';

/** How much there is to do, and for how many. */
export function selectQueueView({
  sql,
  config,
}: {
  readonly sql: Sql;
  readonly config: Config;
}): Promise<QueueView> {
  return selectQueue(sql, config.leaseMs);
}

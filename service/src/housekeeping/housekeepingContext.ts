import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import type { ObjectStore } from '../objects/objectStore.ts';
import type { Mirrors } from '../repositories/mirrors.ts';

/** What housekeeping works on. */
export interface HousekeepingContext {
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly objects: ObjectStore;
  readonly mirrors: Mirrors;
  readonly hints: Pick<Hints, 'publish'>;
  readonly config: Config;
  readonly logger: Logger;
}

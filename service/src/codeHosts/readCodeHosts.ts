import { asc } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { codeHosts } from '../db/schema/codeHosts.ts';

/** A code host, as its row says it. */
export interface CodeHostRow {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly location: string;
  readonly settings: unknown;
  readonly present: boolean;
}

/** All code hosts that there are or were, the first one first. */
export async function readCodeHosts(database: Database): Promise<CodeHostRow[]> {
  const { id, kind, name, location, settings, present } = codeHosts;
  return database
    .select({ id, kind, name, location, settings, present })
    .from(codeHosts)
    .orderBy(asc(codeHosts.id));
}

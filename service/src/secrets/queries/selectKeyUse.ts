import type { Sql } from '../../db/database.ts';
import { sealedKeyId } from './sealedKeyId.ts';

/** How many secrets a key is needed for. */
export interface KeyUse {
  readonly keyId: string;
  readonly secrets: number;
}

/** The keys that secrets are encrypted with. */
export async function selectKeyUse(sql: Sql): Promise<KeyUse[]> {
  const rows = await sql<KeyUse[]>`
    select ${sealedKeyId(sql)} as "keyId", count(*)::int as secrets from secrets group by 1 order by 1`;
  return [...rows];
}

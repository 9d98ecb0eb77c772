import type { Fragment } from 'postgres';
import type { Sql } from '../../db/database.ts';

/** The id of the key that a row of `secrets` is encrypted with, as its stored form says (see sealed.ts). */
export function sealedKeyId(sql: Sql): Fragment {
  return sql`encode(substring(sealed from 2 for 8), 'hex')`;
}

import type { Sql } from '../../db/database.ts';
import { sealedKeyId } from './sealedKeyId.ts';
import type { KeyUse } from './selectKeyUse.ts';

/**
 * Says that secrets are encrypted with a key from now on, unless some are encrypted with one that is not among `keyIds`:
 * those are answered, and nothing changes.
 */
export async function takeUpKey(
  sql: Sql,
  [first, ...others]: readonly [string, ...string[]],
): Promise<KeyUse[]> {
  const rows = await sql<KeyUse[]>`
    with missing as (
      select ${sealedKeyId(sql)} as key_id, count(*)::int as secrets from secrets
       group by 1 having ${sealedKeyId(sql)} not in (
         select jsonb_array_elements_text(${sql.json([first, ...others])}))),
    taken as (
      update deployment set secret_key_id = ${first}
       where not exists (select from missing) and secret_key_id is distinct from ${first})
    select key_id as "keyId", secrets from missing order by 1`;
  return [...rows];
}

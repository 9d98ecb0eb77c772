import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';
import type { StoredSecret } from './selectToRotate.ts';

/**
 * Puts a secret that was encrypted anew in the place of what it was read as. False when it is something else by now, or
 * gone, or that key is not the one that secrets are encrypted with.
 */
export async function replaceSealed(
  sql: Sql,
  by: string,
  stored: StoredSecret,
  { keyId, sealed }: { readonly keyId: string; readonly sealed: Uint8Array },
): Promise<boolean> {
  const rows = await sql`
    with held as materialized (
      select from deployment where secret_key_id = ${keyId} for share),
    rotated as (
      update secrets set sealed = ${sealed} from held
       where id = ${stored.id} and sealed = ${stored.sealed}
      returning owner_kind, owner_key, name),
    audited as (${auditing(sql, {
      actor: by,
      event: 'secret.rotated',
      details: { kind: sql`owner_kind`, owner: sql`owner_key`, name: sql`name`, key: sql`${keyId}::text` },
      of: sql`rotated`,
    })})
    select from rotated`;
  return rows.length > 0;
}

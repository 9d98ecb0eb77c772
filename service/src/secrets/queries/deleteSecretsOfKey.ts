import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';
import { sealedKeyId } from './sealedKeyId.ts';

/** Removes the secrets that are encrypted with a key. Returns how many. */
export async function deleteSecretsOfKey(sql: Sql, by: string, keyId: string): Promise<number> {
  const rows = await sql`
    with removed as (
      delete from secrets where ${sealedKeyId(sql)} = ${keyId}
      returning owner_kind, owner_key, name),
    audited as (${auditing(sql, {
      actor: by,
      event: 'secret.removed',
      details: { kind: sql`owner_kind`, owner: sql`owner_key`, name: sql`name` },
      of: sql`removed`,
    })})
    select from removed`;
  return rows.length;
}

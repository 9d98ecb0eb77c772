import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';
import type { SecretIdentity } from '../sealed.ts';

/** Removes a secret. False when there is none. */
export async function deleteSecret(
  sql: Sql,
  by: string,
  { ownerKind, ownerKey, name }: SecretIdentity,
): Promise<boolean> {
  const rows = await sql`
    with removed as (
      delete from secrets where owner_kind = ${ownerKind} and owner_key = ${ownerKey} and name = ${name}
      returning owner_kind, owner_key, name),
    audited as (${auditing(sql, {
      actor: by,
      event: 'secret.removed',
      details: { kind: sql`owner_kind`, owner: sql`owner_key`, name: sql`name` },
      of: sql`removed`,
    })})
    select from removed`;
  return rows.length > 0;
}

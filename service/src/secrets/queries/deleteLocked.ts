import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';
import { sealedKeyId } from './sealedKeyId.ts';

/** Removes the secrets that are encrypted with none of these keys. Returns how many. */
export async function deleteLocked(sql: Sql, by: string, keyIds: readonly string[]): Promise<number> {
  const rows = await sql`
    with removed as (
      delete from secrets
       where ${sealedKeyId(sql)} not in (select jsonb_array_elements_text(${sql.json([...keyIds])}))
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

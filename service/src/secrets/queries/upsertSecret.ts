import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';
import type { SecretIdentity } from '../sealed.ts';

/**
 * Keeps a secret that was encrypted with a key, in place of the one that was there. False when that is not the key that
 * secrets are encrypted with now: then another replica could not open it.
 */
export async function upsertSecret(
  sql: Sql,
  by: string,
  { ownerKind, ownerKey, name }: SecretIdentity,
  { keyId, sealed }: { readonly keyId: string; readonly sealed: Uint8Array },
): Promise<boolean> {
  const rows = await sql`
    with held as materialized (
      select from deployment where secret_key_id = ${keyId} for share),
    kept as (
      insert into secrets (owner_kind, owner_key, name, sealed)
      select ${ownerKind}, ${ownerKey}, ${name}, ${sealed} from held
      on conflict on constraint secrets_owner do update set sealed = excluded.sealed, updated_at = now()
      returning owner_kind, owner_key, name),
    audited as (${auditing(sql, {
      actor: by,
      event: 'secret.set',
      details: { kind: sql`owner_kind`, owner: sql`owner_key`, name: sql`name` },
      of: sql`kept`,
    })})
    select from kept`;
  return rows.length > 0;
}

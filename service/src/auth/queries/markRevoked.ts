import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';

/** Ends a token. False when there is no live one of that number. */
export async function markRevoked(sql: Sql, by: string, tokenId: number): Promise<boolean> {
  const rows = await sql`
    with revoked as (
      update access_tokens set revoked_at = now() where id = ${tokenId} and revoked_at is null returning id),
    audited as (${auditing(sql, {
      actor: by,
      event: 'token.revoked',
      details: { token: sql`id` },
      of: sql`revoked`,
    })})
    select from revoked`;
  return rows.length > 0;
}

import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';

export interface NewPairingCode {
  /** SHA-256 of the code, in hexadecimal. */
  readonly hash: string;
  readonly userId: number;
  /** How long it can be exchanged, by the database's clock. */
  readonly minutes: number;
}

/** Keeps a new pairing code of a user. */
export async function insertPairingCode(sql: Sql, by: string, code: NewPairingCode): Promise<void> {
  await sql`
    with created as (
      insert into pairing_codes (hash, user_id, expires_at)
      values (${code.hash}, ${code.userId}, now() + make_interval(mins => ${code.minutes}))
      returning user_id),
    audited as (${auditing(sql, {
      actor: by,
      event: 'pairingCode.created',
      details: { user: sql`(select name from users where users.id = user_id)` },
      of: sql`created`,
    })})
    select from created`;
}

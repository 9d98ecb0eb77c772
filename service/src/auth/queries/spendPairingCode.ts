import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';
import type { Account } from '../rights.ts';

export interface Exchange {
  /** SHA-256 of the code, in hexadecimal. */
  readonly codeHash: string;
  /** The same of the token that it becomes. */
  readonly tokenHash: string;
  readonly label: string;
}

/**
 * Spends a pairing code and keeps the token that it becomes, in one statement: no code is lost on the way, and none is
 * good twice. Returns whose it is; undefined when there is no such code, or it was used before or is too old.
 */
export async function spendPairingCode(sql: Sql, exchange: Exchange): Promise<Account | undefined> {
  const [row] = await sql<(Omit<Account, 'id'> & { id: string })[]>`
    with spent as (
      update pairing_codes set used_at = now()
       where hash = ${exchange.codeHash} and used_at is null and expires_at > now() returning user_id),
    created as (
      insert into access_tokens (scope, user_id, label, hash)
      select 'user', user_id, ${exchange.label}, ${exchange.tokenHash} from spent
      returning id, scope, user_id, label),
    issued as (
      select created.id as token, created.scope, created.label, users.id, users.name, users.role
        from created join users on users.id = created.user_id),
    audited as (${auditing(sql, {
      actor: sql`name`,
      event: 'token.created',
      details: { token: sql`token`, scope: sql`scope`, user: sql`name`, label: sql`label` },
      of: sql`issued`,
    })})
    select id, name, role from issued`;
  return row === undefined ? undefined : { ...row, id: Number(row.id) };
}

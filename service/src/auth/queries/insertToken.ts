import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';

export interface NewToken {
  readonly scope: 'user' | 'runner';
  /** Of a user's token; null for a runner's. */
  readonly userId: number | null;
  readonly label: string;
  /** SHA-256 of the token, in hexadecimal. */
  readonly hash: string;
}

/** Keeps a new token and returns its number. */
export async function insertToken(sql: Sql, by: string, token: NewToken): Promise<number> {
  const [row] = await sql<{ id: string }[]>`
    with created as (
      insert into access_tokens (scope, user_id, label, hash)
      values (${token.scope}, ${token.userId}, ${token.label}, ${token.hash})
      returning id, scope, user_id, label),
    audited as (${auditing(sql, {
      actor: by,
      event: 'token.created',
      details: {
        token: sql`created.id`,
        scope: sql`scope`,
        user: sql`(select name from users where users.id = user_id)`,
        label: sql`label`,
      },
      of: sql`created`,
    })})
    select id from created`;
  if (row === undefined) throw new Error('a new token was not kept');
  return Number(row.id);
}

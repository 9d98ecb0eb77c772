import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';
import type { Account } from '../rights.ts';

/** Makes a user, unless there is one of that name. */
export async function insertUser(
  sql: Sql,
  by: string,
  { name, role }: Pick<Account, 'name' | 'role'>,
): Promise<void> {
  await sql`
    with created as (
      insert into users (name, role) values (${name}, ${role}) on conflict (name) do nothing returning name, role),
    audited as (${auditing(sql, {
      actor: by,
      event: 'user.created',
      details: { user: sql`name`, role: sql`role` },
      of: sql`created`,
    })})
    select from created`;
}

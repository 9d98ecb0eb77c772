import type { Definition } from '@flotilla/shared/definition/definition';
import type { Origin } from '@flotilla/shared/views';
import type { User } from '../../auth/tokens.ts';
import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';

export interface NewVersion {
  readonly definition: Definition;
  readonly text: string;
  readonly origin: Origin | null;
  /** The latest version when the caller looked; 0 when there was no such Action. */
  readonly after: number;
}

/**
 * Makes the next version of an Action, and the Action with its first, and writes it to the audit log: one auto-commit
 * statement. Undefined when somebody else has made that version meanwhile.
 */
export async function insertVersion(
  sql: Sql,
  user: User,
  save: NewVersion,
): Promise<{ actionId: number; version: number } | undefined> {
  const { name } = save.definition;
  const [row] = await sql<{ id: string; latest_version: number }[]>`
    with saved as (
      insert into actions (name, latest_version, owner_id) values (${name}, 1, ${user.id})
      on conflict (name) do update set latest_version = actions.latest_version + 1
       where actions.latest_version = ${save.after}
      returning id, latest_version),
    version as (
      insert into action_versions (action_id, version, text, definition, origin, created_by)
      select id, latest_version, ${save.text}, ${sql.json({ ...save.definition })},
             ${save.origin === null ? null : sql.json({ ...save.origin })}, ${user.id} from saved),
    audited as (${auditing(sql, {
      actor: user.name,
      event: 'action.saved',
      details: { action: sql`${name}::text`, version: sql`latest_version` },
      of: sql`saved`,
    })})
    select id, latest_version from saved`;
  return row === undefined ? undefined : { actionId: Number(row.id), version: row.latest_version };
}

import type { User } from '../../auth/tokens.ts';
import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';

/**
 * The row of a host that is to be connected: the one of its kind and place that there was, or a new one under no name that people
 * see, which is not there yet. Answers its id.
 */
export async function prepareHost(
  sql: Sql,
  { kind, location }: { readonly kind: string; readonly location: string },
): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into code_hosts (kind, name, location, present)
    values (${kind}, ${`${kind} ${location}`}, ${location}, false)
    on conflict (location) do update set kind = excluded.kind
    returning id::float8 as id`;
  if (row === undefined) throw new Error('a code host was not made');
  return row.id;
}

/** Makes a prepared host be there, and gives a name that a host of before had to it: one auto-commit statement. */
export async function markConnected(
  sql: Sql,
  user: Pick<User, 'name'>,
  {
    id,
    name,
    settings,
  }: { readonly id: number; readonly name: string; readonly settings: Readonly<Record<string, unknown>> },
): Promise<void> {
  await sql`
    with freed as (
      update code_hosts set name = name || ' ' || id where name = ${name} and id <> ${id} and not present),
    connected as (
      update code_hosts set name = ${name}, settings = ${sql.json(settings as never)}, present = true, problem = null
       where id = ${id} returning id, kind, name, location)
    ${auditing(sql, {
      actor: user.name,
      event: 'codeHost.connected',
      details: { codeHost: sql`id`, kind: sql`kind`, name: sql`name`, location: sql`location` },
      of: sql`connected`,
    })}`;
}

/** Lets go of a host that was connected by a person: its repositories are there no more. False when there is none. */
export async function markDisconnected(
  sql: Sql,
  user: Pick<User, 'name'>,
  codeHostId: number,
): Promise<boolean> {
  const rows = await sql`
    with disconnected as (
      update code_hosts set present = false
       where id = ${codeHostId} and present and kind <> 'directory' returning id, name),
    gone as (
      update repositories set present = false from disconnected where code_host_id = disconnected.id),
    audited as (${auditing(sql, {
      actor: user.name,
      event: 'codeHost.disconnected',
      details: { codeHost: sql`id`, name: sql`name` },
      of: sql`disconnected`,
    })})
    select id from disconnected`;
  return rows.length > 0;
}

import type { HelloInput } from '@flotilla/shared/protocol/runnerMessages';
import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';

/**
 * Makes or updates the row of a Runner and says whether another process of it was here before. One that is new, or that a
 * person had forgotten, is written to the audit log.
 */
export async function registerRunner(
  sql: Sql,
  tokenId: number,
  hello: HelloInput,
): Promise<{ runnerId: string; sameInstance: boolean }> {
  const [row] = await sql<{ id: string; same_instance: boolean }[]>`
    with before as (
      select instance, forgotten_at from runners where token_id = ${tokenId} and name = ${hello.name}),
    registered as (
    insert into runners (token_id, name, instance, version, labels, capacity, description, draining)
    select ${tokenId}, ${hello.name}, ${hello.instance}, ${hello.version},
           array(select jsonb_array_elements_text(${sql.json(hello.labels)})), ${hello.capacity}, ${hello.description}, false
    on conflict (token_id, name) do update
      set instance = excluded.instance, version = excluded.version, labels = excluded.labels, capacity = excluded.capacity,
          description = excluded.description, draining = false, problem = null,
          forgotten_at = null, last_seen_at = now()
    returning id, name, token_id, xmax = 0 as is_new),
    audited as (${auditing(sql, {
      actor: hello.name,
      event: 'runner.registered',
      details: { runner: sql`name`, token: sql`token_id` },
      of: sql`registered where is_new or exists (select from before where forgotten_at is not null)`,
    })})
    select id, coalesce((select instance from before) = ${hello.instance}, false) as same_instance from registered`;
  if (row === undefined) throw new Error('registering a runner returned no row');
  return { runnerId: row.id, sameInstance: row.same_instance };
}

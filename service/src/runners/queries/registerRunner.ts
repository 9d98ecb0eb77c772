import type { HelloInput } from '@flotilla/shared/protocol/runnerMessages';
import type { Sql } from '../../db/database.ts';

/** Makes or updates the row of a Runner and says whether another process of it was here before. */
export async function registerRunner(
  sql: Sql,
  tokenId: number,
  hello: HelloInput,
): Promise<{ runnerId: string; sameInstance: boolean }> {
  const [row] = await sql<{ id: string; same_instance: boolean }[]>`
    with before as (select instance from runners where token_id = ${tokenId} and name = ${hello.name})
    insert into runners (token_id, name, instance, version, labels, capacity, description, draining)
    select ${tokenId}, ${hello.name}, ${hello.instance}, ${hello.version},
           array(select jsonb_array_elements_text(${sql.json(hello.labels)})), ${hello.capacity}, ${hello.description}, false
    on conflict (token_id, name) do update
      set instance = excluded.instance, version = excluded.version, labels = excluded.labels, capacity = excluded.capacity,
          description = excluded.description, draining = false, problem = null,
          forgotten_at = null, last_seen_at = now()
    returning id, coalesce((select instance from before) = ${hello.instance}, false) as same_instance`;
  if (row === undefined) throw new Error('registering a runner returned no row');
  return { runnerId: row.id, sameInstance: row.same_instance };
}

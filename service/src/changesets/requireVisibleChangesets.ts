import { FlotillaError } from '@flotilla/shared/errors';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import { canSee } from '../repositories/canSee.ts';

/** Throws `notFound` unless there are all of these, and the user may see them. */
export async function requireVisibleChangesets(
  sql: Sql,
  user: Pick<User, 'sees'>,
  changesetIds: readonly number[],
): Promise<void> {
  const rows = await sql<{ id: number; repository_id: number }[]>`
    select id::float8 as id, repository_id::float8 as repository_id from changesets
     where id in (select value::bigint from jsonb_array_elements_text(${sql.json([...changesetIds])}))`;
  const visible = new Set(rows.filter((row) => canSee(user, { id: row.repository_id })).map(({ id }) => id));
  const missing = changesetIds.find((id) => !visible.has(id));
  if (missing !== undefined) throw new FlotillaError('notFound', `There is no changeset ${missing}.`);
}

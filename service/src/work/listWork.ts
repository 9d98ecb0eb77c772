import type { WorkView } from '@flotilla/shared/views';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import { selectWork, type WorkRow } from './queries/selectWork.ts';
import type { AnyWorkKind } from './workKind.ts';

/** What the service owes, and why each of it waits: first what is being done, then what is due, then what is to come. */
export async function listWork(
  context: { readonly sql: Sql; readonly work: { readonly kinds: ReadonlyMap<string, AnyWorkKind> } },
  user: Pick<User, 'role'>,
  limit: number,
): Promise<WorkView[]> {
  const rows = await selectWork(context.sql, limit);
  return rows.map((row) => {
    const { id, kind, askedAt, dueAt, tries, reason } = row;
    return {
      id,
      kind,
      title: titleOf(context.work.kinds.get(kind), row),
      state: dueAt === null ? 'running' : row.isDue ? 'due' : 'waiting',
      askedAt,
      dueAt,
      replica: dueAt === null ? row.holder : null,
      tries,
      reason,
      error: user.role === 'admin' ? row.error : null,
    };
  });
}

/** A row of another program version may be of a kind, or have a payload, that this one does not know. */
function titleOf(kind: AnyWorkKind | undefined, { kind: name, key, payload }: WorkRow): string {
  try {
    return kind?.title(payload) ?? `${name} ${key}`;
  } catch {
    return `${name} ${key}`;
  }
}

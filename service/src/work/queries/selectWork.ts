import type { Sql } from '../../db/database.ts';

export interface WorkRow {
  readonly id: number;
  readonly kind: string;
  readonly key: string;
  readonly payload: unknown;
  readonly askedAt: number;
  /** When it may be taken, in Unix milliseconds; null while a replica has it. */
  readonly dueAt: number | null;
  /** Whether that has come. */
  readonly isDue: boolean;
  readonly holder: string | null;
  readonly tries: number;
  readonly reason: string | null;
  readonly error: string | null;
}

/** What is owed: first what is being done, then what is due, then what waits, each by its time. */
export async function selectWork(sql: Sql, limit: number): Promise<WorkRow[]> {
  const rows = await sql<(Omit<WorkRow, 'id'> & { readonly id: string })[]>`
    select id, kind, key, payload, (extract(epoch from asked_at) * 1000)::float8 as "askedAt",
           case when not held then (extract(epoch from coalesce(lease_until, due_at)) * 1000)::float8 end as "dueAt",
           coalesce(lease_until, due_at) <= now() as "isDue", holder, tries, reason, error
      from work cross join lateral (select coalesce(lease_until > now(), false) as held) as now_is
     order by held desc, coalesce(lease_until, due_at), id limit ${limit}`;
  return rows.map((row) => ({ ...row, id: Number(row.id) }));
}

import type { Sql } from '../../db/database.ts';

/** Room for rows of a kind. */
export interface Room {
  readonly kind: string;
  readonly free: number;
  readonly leaseMs: number;
}

export interface TakenRow {
  readonly kind: string;
  readonly id: number;
  readonly token: number;
  readonly key: string;
  readonly payload: unknown;
  /** How often it has been taken since it last got on, this time included. */
  readonly tries: number;
  /** Whether its lease ran out in the hands of another replica, or of an earlier process of this one. */
  readonly leftBehind: boolean;
}

/**
 * Takes rows that are due, the longest due first, each with a lease and a new fencing token: one auto-commit statement,
 * which passes over what another replica is just taking.
 */
export async function takeWork(sql: Sql, rooms: readonly Room[], holder: string): Promise<TakenRow[]> {
  const rows = await sql<
    {
      kind: string;
      id: string;
      token: string;
      key: string;
      payload: unknown;
      tries: number;
      left_behind: boolean;
    }[]
  >`
    with rooms as (
      select * from jsonb_to_recordset(${sql.json([...rooms].map((room) => ({ ...room })))})
                 as room (kind text, free int, "leaseMs" float8)),
    due as materialized (
      select found.id, found.left_behind, "leaseMs" as lease_ms
        from rooms cross join lateral (
          select id, lease_until is not null as left_behind from work
           where work.kind = rooms.kind and coalesce(lease_until, due_at) <= now()
           order by coalesce(lease_until, due_at), id limit rooms.free for update skip locked) as found)
    update work
       set token = nextval('work_tokens'), lease_until = now() + make_interval(secs => lease_ms / 1000),
           due_at = 'infinity', holder = ${holder}, tries = tries + 1
      from due where work.id = due.id
    returning kind, work.id, token, key, payload, tries, left_behind`;
  return rows.map(({ left_behind: leftBehind, ...row }) => ({
    ...row,
    id: Number(row.id),
    token: Number(row.token),
    leftBehind,
  }));
}

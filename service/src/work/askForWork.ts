import type { Fragment } from 'postgres';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { dueTime, type Due } from './workOutcome.ts';

/** A wish for work. */
export interface WorkAsked {
  readonly kind: string;
  /** What it is about: asked for twice it is owed once. */
  readonly key: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** At once unless told otherwise. */
  readonly due?: Due;
}

/** Asks for work of any replica. */
export async function askForWork(
  { sql, hints }: { readonly sql: Sql; readonly hints: Pick<Hints, 'publish'> },
  { kind, key, payload, due = { afterMs: 0 } }: WorkAsked,
): Promise<void> {
  await askingForWork(
    sql,
    sql`select ${kind}::text, ${key}::text, ${sql.json(payload as never)}::jsonb, ${dueTime(sql, due)}`,
  );
  hints.publish('work');
}

/**
 * The part of a statement that asks for work, so that it is owed from the moment in which its cause is committed; publish
 * the hint `work` afterwards. `rows` selects kind, key, payload and due time. What is owed already is owed once, with the newer
 * payload, at the earlier of both times; what is just being done is done again afterwards, because it may not have seen
 * the cause.
 */
export function askingForWork(sql: Sql, rows: Fragment): Fragment {
  return sql`
    insert into work (kind, key, payload, due_at) ${rows}
    on conflict (kind, key) do update
       set payload = excluded.payload, due_at = least(work.due_at, excluded.due_at), asked_at = now()`;
}

/**
 * The part of a statement that makes work which the caller begins at once; other replicas take it when its lease has run
 * out. `rows` selects kind, key and payload of what nobody has asked for yet. Returns id and token: the lease.
 */
export function beginningWork(
  sql: Sql,
  rows: Fragment,
  { holder, leaseMs }: { readonly holder: string; readonly leaseMs: number },
): Fragment {
  return sql`
    insert into work (kind, key, payload, due_at, lease_until, token, holder, tries)
    select owed.*, 'infinity', now() + make_interval(secs => ${leaseMs / 1000}), nextval('work_tokens'),
           ${holder}, 1
      from (${rows}) as owed
    returning id, token`;
}

import type { Fragment } from 'postgres';
import type { Sql } from '../db/database.ts';
import type { KeyedRow, ListTopic, RowTopic } from './topic.ts';
import type { Topics } from './topics.ts';

/**
 * So many changed rows are sent in one message; where there are more, an editor lists anew, which is bounded by what it
 * holds and not by how long it was away. A burst is to stay below it: 1,000 Jobs that end within one read are 2,000
 * rows. 5,000 rows took 0.5 s to read and send, and were 2 MB.
 */
export const maxRows = 5000;

/** What changed since a cursor, for all users. */
export interface ChangedRows {
  readonly cursor: string;
  /** Whether more than {@link maxRows} rows changed or went; then none are here. */
  readonly listAnew: boolean;
  readonly changed: readonly { readonly topic: RowTopic; readonly rows: readonly KeyedRow[] }[];
  readonly gone: readonly { readonly topic: RowTopic; readonly ids: readonly number[] }[];
  readonly lists: readonly WholeList[];
}

/** All rows of a topic that is a list. */
export interface WholeList {
  readonly topic: ListTopic;
  readonly rows: readonly unknown[];
  /** The same as long as nothing of them is worth telling. */
  readonly look: string;
}

/** Reads the changes since a cursor; without one the lists alone, and where to begin. */
export async function readChanges(
  sql: Sql,
  topics: Topics,
  from: string | undefined,
  leaseMs: number,
): Promise<ChangedRows> {
  const all = [...topics.values()];
  const rowTopics = all.filter((topic) => topic.kind === 'rows');
  const listTopics = all.filter((topic) => topic.kind === 'list');
  // The cursor is taken before the rows are read: what commits in between is then read twice rather than never.
  const { cursor, counts } = await countChanged(sql, rowTopics, from);
  const listAnew = counts.reduce((sum, { changed, gone }) => sum + changed + gone, 0) > maxRows;
  const isAlone = from === undefined || listAnew;
  const moved = new Set(counts.flatMap(({ topic, changed }) => (changed > 0 ? [topic.name] : [])));
  const touched = rowTopics.filter(
    ({ name, changedWith }) => moved.has(name) || (changedWith !== undefined && moved.has(changedWith.topic)),
  );
  const shrunk = counts.filter(({ gone }) => gone > 0);
  const [lists, changed, gone] = await Promise.all([
    Promise.all(listTopics.map((topic) => readList(sql, topic, leaseMs))),
    isAlone
      ? []
      : Promise.all(touched.map(async (topic) => ({ topic, rows: await selectChanged(sql, topic, from) }))),
    isAlone
      ? []
      : Promise.all(shrunk.map(async ({ topic }) => ({ topic, ids: await selectGone(sql, topic, from) }))),
  ]);
  return { cursor, listAnew, changed, gone, lists };
}

interface Count {
  readonly topic: RowTopic;
  /** Both are exact up to {@link maxRows} only. */
  readonly changed: number;
  readonly gone: number;
}

/** Where the next read begins, and how many rows of each topic this one has to tell of. */
async function countChanged(
  sql: Sql,
  topics: readonly RowTopic[],
  from: string | undefined,
): Promise<{ readonly cursor: string; readonly counts: readonly Count[] }> {
  const countOf = (table: string | undefined) =>
    from === undefined || table === undefined
      ? sql`0`
      : sql`(select count(*)::int from (
              select from ${sql(table)} where changed_xid >= ${from} limit ${maxRows + 1}) as changed)`;
  const counted = topics.flatMap(({ table, gone }) => [countOf(table), countOf(gone?.table)]);
  const [row] = await sql<{ cursor: string; counts: readonly number[] }[]>`
    select pg_snapshot_xmin(pg_current_snapshot())::text as cursor,
           jsonb_build_array(${joined(sql, counted)}) as counts`;
  if (row === undefined) throw new Error('the database gave no snapshot');
  const at = (index: number) => row.counts[index] ?? 0;
  return {
    cursor: row.cursor,
    counts: topics.map((topic, index) => ({ topic, changed: at(2 * index), gone: at(2 * index + 1) })),
  };
}

function joined(sql: Sql, parts: readonly Fragment[]): Fragment {
  const [first = sql``, ...others] = parts;
  return others.reduce((all, part) => sql`${all}, ${part}`, first);
}

function selectChanged(sql: Sql, topic: RowTopic, from: string): Promise<readonly KeyedRow[]> {
  const byItself = sql`${sql(topic.table)}.changed_xid >= ${from}`;
  const { changedWith } = topic;
  const condition =
    changedWith === undefined ? byItself : sql`(${byItself} or ${changedWith.rows(sql, from)})`;
  // Of a topic that changes with another there may be a row more for each of that one's.
  return topic.select(sql, condition, 2 * maxRows);
}

async function selectGone(sql: Sql, { gone }: RowTopic, from: string): Promise<readonly number[]> {
  if (gone === undefined) return [];
  const rows = await sql<{ id: string }[]>`
    select ${sql(gone.id)} as id from ${sql(gone.table)} where changed_xid >= ${from}
     order by 1 limit ${maxRows}`;
  return rows.map(({ id }) => Number(id));
}

async function readList(sql: Sql, topic: ListTopic, leaseMs: number): Promise<WholeList> {
  const rows = await topic.select(sql, leaseMs);
  return { topic, rows, look: JSON.stringify(rows.map((row) => topic.look(row))) };
}

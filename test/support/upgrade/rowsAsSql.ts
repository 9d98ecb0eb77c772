import type { Sql } from '../../../service/src/db/database.ts';

/**
 * All rows of all tables as statements that insert them, the tables in an order that their references allow; and the
 * sequences as they stand. Postgres quotes, so that any text survives.
 */
export async function rowsAsSql(sql: Sql): Promise<string> {
  const tables = await tablesInOrder(sql);
  // Migrations make rows as well.
  const lines = [`truncate ${tables.map((table) => `"${table}"`).join(', ')};`];
  for (const table of tables) {
    const columns = await sql<{ name: string; generated: boolean }[]>`
      select column_name as name, is_identity = 'YES' as generated from information_schema.columns
       where table_schema = 'public' and table_name = ${table} order by ordinal_position`;
    const names = columns.map(({ name }) => `"${name}"`).join(', ');
    const values = columns.map(({ name }) => `coalesce(quote_literal("${name}"::text), 'null')`);
    const overriding = columns.some(({ generated }) => generated) ? ' overriding system value' : '';
    const rows = await sql.unsafe<{ row: string }[]>(
      `select concat_ws(', ', ${values.join(', ')}) as row from "${table}" order by 1`,
    );
    lines.push(...rows.map(({ row }) => `insert into "${table}" (${names})${overriding} values (${row});`));
  }
  const sequences = await sql<{ name: string; last: string }[]>`
    select sequencename as name, last_value::text as last from pg_sequences
     where schemaname = 'public' and last_value is not null order by 1`;
  lines.push(...sequences.map(({ name, last }) => `select setval('"${name}"', ${last});`));
  return `${lines.join('\n')}\n`;
}

async function tablesInOrder(sql: Sql): Promise<string[]> {
  const tables = await sql<{ name: string; needs: string[] }[]>`
    select tables.table_name as name,
           coalesce((select jsonb_agg(distinct confrelid::regclass::text) from pg_constraint
                      where contype = 'f' and conrelid = quote_ident(tables.table_name)::regclass), '[]') as needs
      from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`;
  const ordered: string[] = [];
  const visit = (name: string) => {
    if (ordered.includes(name)) return;
    for (const needed of tables.find((table) => table.name === name)?.needs ?? [])
      if (needed !== name) visit(needed);
    ordered.push(name);
  };
  for (const { name } of tables) visit(name);
  return ordered;
}

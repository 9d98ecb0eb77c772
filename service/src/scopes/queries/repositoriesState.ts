import type { Sql } from '../../db/database.ts';

/**
 * What all repositories are like at this moment, in a few letters: as long as they are the same, a scope query means the
 * same Targets, because it is answered by nothing but these columns and the commits that they name. 10,000 rows take some
 * 10 ms.
 */
export async function repositoriesState(sql: Sql): Promise<string> {
  const [row] = await sql<{ state: string }[]>`
    select md5(coalesce(string_agg(
             concat_ws(' ', repositories.id, repositories.name, default_branch, head_commit, md5(reason), archived, fork,
                       repositories.present and code_hosts.present, code_hosts.name, md5(code_hosts.problem)), E'\n'
             order by repositories.id), '')) as state
      from repositories join code_hosts on code_hosts.id = code_host_id`;
  if (row === undefined) throw new Error('the database said nothing of its repositories');
  return row.state;
}
